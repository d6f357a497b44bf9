import '../../../lib/edge/ahead'
import { serveTelling } from '../../../lib/edge/serve'
import { drill } from '../../../lib/journey/drill'
export const main = serveTelling(drill)
