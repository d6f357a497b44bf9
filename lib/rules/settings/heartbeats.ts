/**
 * Who is called after every copy that passed? The setting `HEARTBEAT_URL`: addresses separated by
 * commas or white space, `off` for none. `#databases=tokens` behind one makes it that database's.
 */
import { readAddresses } from './addresses'
import type { Form, Read } from './addresses'

/** Nobody writes before such an address that it is a ping: here nothing else stands. */
export const readHeartbeats = <Aim extends { type: 'ping' }>(
  setting: string,
  form: Form<Aim>,
): Read<Aim> => {
  const addresses = setting.split(/[\s,]+/).filter((one) => one !== '' && one !== 'off')
  const pings = addresses.map((one) => (/^ping\+/i.test(one) ? one : `ping+${one}`))
  return readAddresses({ called: 'HEARTBEAT_URL', setting: pings.join(',') }, [form])
}
