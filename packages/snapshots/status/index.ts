import { servePage } from '../../../lib/edge/serve-page'
export const main = servePage()
