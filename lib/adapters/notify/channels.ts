/**
 * Which channels are there? Each is named twice: by how its addresses look, which every function
 * reads, and by what sends there, which only the bundles of those carry that tell people.
 *
 * Whoever adds one writes a file beside this one and a line in each list. What it forgets to say does
 * not compile, and the tests ask how it is tried (test/adapters/notify/known.ts).
 */
import { readAddresses } from '../../rules/settings/addresses'
import type { Addressed, Read, WebParts } from '../../rules/settings/addresses'
import { readHeartbeats } from '../../rules/settings/heartbeats'

import { discord, discordForm } from './discord'
import { mail, mailForm } from './mail'
import { ntfy, ntfyForm } from './ntfy'
import { pagerduty, pagerdutyForm } from './pagerduty'
import { ping, pingForm } from './ping'
import type { Sender } from './sender'
import { slack, slackForm } from './slack'
import { teams, teamsForm } from './teams'
import { telegram, telegramForm } from './telegram'
import { webhook, webhookForm } from './webhook'

const forms = [
  slackForm,
  discordForm,
  teamsForm,
  ntfyForm,
  pagerdutyForm,
  telegramForm,
  mailForm,
  pingForm,
  webhookForm,
]

type Aimed<Form> = Form extends { aim(parts: WebParts): infer Aim }
  ? Aim
  : Form extends { read(address: string): infer Aim }
    ? Aim
    : never

/** What an address says: which sort of channel it is, and what it needs to be reached. */
type Aim = Aimed<(typeof forms)[number]>
export type ChannelType = Aim['type']
type Targets = { [One in Aim as One['type']]: One['target'] }

/** An address as it was set, of one type or of any. */
export type Address<Type extends ChannelType = ChannelType> = {
  [One in Type]: Addressed<{ type: One; target: Targets[One] }>
}[Type]

export const senders: { readonly [Type in ChannelType]: Sender<Targets[Type]> } = {
  discord,
  mail,
  ntfy,
  pagerduty,
  ping,
  slack,
  teams,
  telegram,
  webhook,
}

export const readAlerts = (setting: string): Read<Aim> =>
  readAddresses<Aim>({ called: 'ALERTS', setting }, forms)

export const readPulses = (setting: string): Read<ReturnType<typeof pingForm.aim>> =>
  readHeartbeats(setting, pingForm)
