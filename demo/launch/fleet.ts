// The two workers as processes of their own. A worker that the database does not know or trust
// (first start, deleted folder, another database, revoked) is enrolled anew with a one-time code; where its name is
// taken, the old device is revoked and a new name is used.

import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Api } from '#admin/client/api.ts'
import { allOf } from '#admin/client/link/pages.ts'
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

/** The name under which the worker is known and trusted, or undefined where it has to be enrolled (again). */
async function knownName(api: Api, home: string): Promise<string | undefined> {
  const text = await readFile(path.join(home, 'identity.json'), 'utf8').catch(() => '{}')
  const { enrolment } = JSON.parse(text) as { enrolment?: { deviceId: string } }
  const devices = await allOf(api.trpc.devices.list)
  return devices.find((d) => d.id === enrolment?.deviceId && d.revokedAt === null)?.name
}

/** A new name and its code. What the worker knew of another database, or from before it was revoked, goes. */
async function enrolAnew(api: Api, place: Place, home: string): Promise<{ name: string; code: string }> {
  for (const file of ['identity.json', 'state.json']) await rm(path.join(home, file), { force: true })
  const taken = new Map((await allOf(api.trpc.devices.list)).map((d) => [d.name, d.revokedAt]))
  if (taken.get(place.name) === null) await api.trpc.devices.revoke.mutate({ name: place.name })
  let name: string = place.name
  for (let n = 2; taken.has(name); n++) name = `${place.name}-${n}`
  return { name, code: (await api.trpc.devices.createEnrolment.mutate({ name, tier: place.tier })).code }
}

export interface Fleet {
  readonly piUrl: string
  readonly tx2Url: string
  /** As the control plane knows the two. */
  readonly names: readonly string[]
}

export async function startFleet(
  api: Api,
  settings: StartSettings,
  started: (child: Child) => void,
): Promise<Fleet> {
  const urls: Record<string, string> = {}
  const names: string[] = []
  for (const place of PLACES) {
    const home = path.join(settings.home, 'devices', place.name)
    const known = await knownName(api, home)
    const enrolment = known === undefined ? await enrolAnew(api, place, home) : undefined
    names.push(known ?? enrolment!.name)
    const child = new Child({
      name: place.name,
      entry: place.entry,
      logFolder: path.join(settings.home, 'logs'),
      env: {
        TANDEM_HOME: settings.home,
        TANDEM_CONTROL_URL: `http://127.0.0.1:${settings.controlPort}`,
        TANDEM_PI_PORT: String(settings.piPort),
        TANDEM_TX2_PORT: String(settings.tx2Port),
        // Both tiers are this machine: its own meter would tell of neither a Pi nor a Jetson.
        TANDEM_ENERGY_METER: 'model',
        ...(enrolment === undefined ? {} : { TANDEM_ENROL_CODE: enrolment.code }),
      },
    })
    started(child)
    urls[place.name] = await child.start()
  }
  return { piUrl: urls.pi!, tx2Url: urls.tx2!, names }
}
