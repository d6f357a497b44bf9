import { serveTelling } from '../../../lib/edge/serve'
import { watch } from '../../../lib/journey/watch'
export const main = serveTelling(watch)
