import { serve } from '../../../lib/edge/serve'
import { prune } from '../../../lib/journey/prune'
export const main = serve(prune)
