/** The embedded store in a process of its own: what it uses is not ours. */
import { startStore } from '../../lib/local/store/server'

const folder = process.argv[2] ?? ''
const keys = { accessKey: 'access', secretKey: 'secret' }
void startStore({ folder, buckets: ['bench'], ...keys }).then(({ endpoint }) =>
  process.send?.({ endpoint }),
)
process.on('disconnect', () => process.exit(0))
