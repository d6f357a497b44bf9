import '../../../lib/edge/ahead'
import { serve } from '../../../lib/edge/serve'
import { verdict } from '../../../lib/journey/verdict'
export const main = serve(verdict)
