/**
 * The embedded store as a process of its own, so that it can be killed: says where it answers, and
 * ends with whoever started it.
 */
import { startStore } from '../../../lib/local/store/server'
import type { StoreOptions } from '../../../lib/local/store/server'

const options: StoreOptions = JSON.parse(process.argv[2] ?? '{}')
void startStore(options).then(({ endpoint }) => process.stdout.write(`${endpoint}\n`))
process.stdin.on('end', () => process.exit(0)).resume()
