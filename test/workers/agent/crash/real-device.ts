// A device with the real generations: ONNX session, function host, bindings. A process of its own, since it is to be
// killed; started from source. argv as for device-child.ts; prints `serving <id>` after boot and after the update.

import { writeSync } from 'node:fs'
import path from 'node:path'
import { pino } from 'pino'
import { ArtifactStore } from '#platform/artifact-store.ts'
import { controlClient } from '#workers/agent/control-client.ts'
import { openIdentity } from '#workers/agent/identity.ts'
import { ManifestFollower } from '#workers/agent/update/follow-manifest.ts'
import { DEFAULT_LIMITS } from '#workers/agent/upkeep/limits.ts'
import { threadHost } from '#workers/host/thread-host.ts'
import { Generations } from '#workers/serve/generations.ts'
import type { ChildOrder } from './device-child.ts'
import { Striker, under } from './faults.ts'
import { DEVICE_ID } from './world.ts'

const { home, url, blow } = JSON.parse(process.argv[2]!) as ChildOrder
const store = new ArtifactStore(path.join(home, 'artifacts'))
const log = pino({ level: 'silent' })
const generations = new Generations({
  tier: 'local',
  store,
  host: threadHost(),
  edgeFor: () => ({ offload: async () => ({ ok: false, reason: 'edge-error', message: 'none', ms: 0 }) }),
  // Beside the home, which is copied: sockets are not.
  runFolder: `${home}-run`,
  log,
})
const say = () => writeSync(1, `serving ${generations.serving?.deployment.id ?? 'nothing'}\n`)
const { enrolment } = await openIdentity(home)
const follower = new ManifestFollower({
  home,
  recipient: { deviceId: DEVICE_ID, tier: 'local', manifestKeys: enrolment!.manifestKeys },
  // Port 9 is nobody's: a network that is not there.
  client: controlClient(url ?? 'http://127.0.0.1:9', async () => 'token'),
  store,
  evictable: () => undefined,
  generations,
  offload: { retarget: () => undefined },
  limits: DEFAULT_LIMITS,
  url: 'http://127.0.0.1:1',
  log,
})
const striker = new Striker(blow, () => process.kill(process.pid, 'SIGKILL'))
await under(striker, async () => {
  await store.sweep()
  await follower.boot()
  say()
  if (url !== undefined) await follower.step(new AbortController().signal)
})
say()
process.exit(0)
