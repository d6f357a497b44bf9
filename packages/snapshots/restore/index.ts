import { serve } from '../../../lib/edge/serve'
import { restore } from '../../../lib/journey/restore'
export const main = serve(restore)
