// The two workers as processes of their own. A worker that has no identity yet gets a one-time code; where its
// name is taken in the database (its folder was deleted, say) the old device is revoked and a new name is used.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Api } from '#admin/client/api.ts'
import type { Tier } from '#contract/tier.ts'
import { Child } from './child.ts'
import type { StartSettings } from './settings.ts'

interface Place {
  readonly name: 'pi' | 'tx2'
  readonly tier: Tier
  readonly entry: string
}

/** Edge first: the local one has nowhere to offload before. */
const PLACES: readonly Place[] = [
  { name: 'tx2', tier: 'edge', entry: 'workers/tx2/main.ts' },
  { name: 'pi', tier: 'local', entry: 'workers/pi/main.ts' },
]

async function isEnrolled(home: string): Promise<boolean> {
  const text = await readFile(path.join(home, 'identity.json'), 'utf8').catch(() => '{}')
  return 'enrolment' in (JSON.parse(text) as object)
}

async function enrolmentCode(api: Api, place: Place): Promise<string> {
  const devices = await api.trpc.devices.list.query()
  const taken = new Set(devices.map((d) => d.name))
  if (taken.has(place.name)) await api.trpc.devices.revoke.mutate({ name: place.name })
  let name: string = place.name
  for (let n = 2; taken.has(name); n++) name = `${place.name}-${n}`
  return (await api.trpc.devices.createEnrolment.mutate({ name, tier: place.tier })).code
}

export async function startFleet(api: Api, settings: StartSettings, started: (child: Child) => void) {
  const urls: Record<string, string> = {}
  for (const place of PLACES) {
    const home = path.join(settings.home, 'devices', place.name)
    const code = (await isEnrolled(home)) ? undefined : await enrolmentCode(api, place)
    const child = new Child({
      name: place.name,
      entry: place.entry,
      logFolder: path.join(settings.home, 'logs'),
      env: {
        TANDEM_HOME: settings.home,
        TANDEM_CONTROL_URL: `http://127.0.0.1:${settings.controlPort}`,
        TANDEM_PI_PORT: String(settings.piPort),
        TANDEM_TX2_PORT: String(settings.tx2Port),
        ...(code === undefined ? {} : { TANDEM_ENROL_CODE: code }),
      },
    })
    started(child)
    urls[place.name] = await child.start()
  }
  return { pi: urls.pi!, tx2: urls.tx2! }
}
