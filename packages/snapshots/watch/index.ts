import { serve } from '../../../lib/edge/serve'
import { watch } from '../../../lib/journey/watch'
export const main = serve(watch)
