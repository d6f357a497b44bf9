import { serve } from '../../../lib/edge/serve'
import { ticket } from '../../../lib/journey/ticket'
export const main = serve(ticket)
