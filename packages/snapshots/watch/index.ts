import '../../../lib/edge/ahead'
import { serveTelling } from '../../../lib/edge/serve'
import { round } from '../../../lib/journey/round'
export const main = serveTelling(round)
