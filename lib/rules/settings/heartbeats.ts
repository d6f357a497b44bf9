import { readChannels } from './channels'

/**
 * Who is called after every copy that passed? The setting `HEARTBEAT_URL`: addresses separated by
 * commas or white space, `off` for none. `#databases=tokens` behind one makes it that database's.
 */
export const readHeartbeats = (setting: string): ReturnType<typeof readChannels> => {
  const addresses = setting.split(/[\s,]+/).filter((one) => one !== '' && one !== 'off')
  const pings = addresses.map((one) => (/^ping\+/i.test(one) ? one : `ping+${one}`))
  const read = readChannels(pings.join(','))
  const complaints = read.complaints.map((text) => text.replace(/^ALERTS/, 'HEARTBEAT_URL'))
  return { ...read, complaints }
}
