import { serve } from '../../../lib/edge/serve'
import { drill } from '../../../lib/journey/drill'
export const main = serve(drill)
