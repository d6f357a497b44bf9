import '../../../lib/edge/ahead'
import { serve } from '../../../lib/edge/serve'
import { verify } from '../../../lib/journey/verify'
export const main = serve(verify)
