/** The thread that opens copies, before anything else is loaded: as edge/ahead.ts does it in a function. */
import { partsIn, startThreadAhead } from '../../lib/adapters/sqlite/ahead'

import type { Run } from './verify-process'

const { assets, memoryBytes }: Run = JSON.parse(process.argv[2] ?? '{}')
startThreadAhead({ ...partsIn(assets), memoryBytes })
