/**
 * What can begin before anything else is loaded? The thread that opens copies: starting it takes as long as
 * reading the rest of a function's code, and needs nothing of it. A function that opens copies imports this
 * first, for the sake of it alone.
 */
import { partsIn, startThreadAhead } from '../adapters/sqlite/ahead'

import { memoryOf, processVariables } from './variables'

startThreadAhead({ ...partsIn(__dirname), memoryBytes: memoryOf(processVariables()) })
