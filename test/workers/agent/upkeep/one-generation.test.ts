// A worker that holds one generation (TANDEM_GENERATIONS=1), as a process, updated while a client asks without a pause:
// what the client sees is an answer by the old deployment, "not now, ask again", or an answer by the new one.

import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Process } from '#test/harness/process.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'
import { until } from '#test/harness/until.ts'
import { plain } from '#test/vision/images.ts'
import { realDeployment } from '#test/workers/agent/crash/real-deployment.ts'
import { DEVICE_ID, World } from '#test/workers/agent/crash/world.ts'
import { openIdentity } from '#workers/agent/identity.ts'

let folder: TempFolder
let world: World
let pi: Process
let url: string
beforeAll(async () => {
  folder = await tempFolder('one')
  world = await World.open()
  world.pollMs = 200
  const identity = await openIdentity(path.join(folder.path, 'devices', 'pi'))
  await identity.remember({ deviceId: DEVICE_ID, name: 'pi', manifestKeys: [world.key.pinned] })
  world.jws = await world.sign({ sequence: 1, deployment: await realDeployment(world, 1) })
  const env = { TANDEM_HOME: folder.path, TANDEM_CONTROL_URL: world.url, TANDEM_PI_PORT: '0' }
  pi = new Process({ entry: 'workers/pi/main.ts', env: { ...env, TANDEM_GENERATIONS: '1' } })
  url = await pi.ready()
}, 60_000)
afterAll(async () => {
  await pi?.stop()
  await world?.[Symbol.asyncDispose]()
  await folder?.[Symbol.asyncDispose]()
})

interface Seen {
  readonly status: number
  readonly retryAfter: string | null
  readonly body: { readonly deployment?: string; readonly error?: { readonly code: string } }
  readonly health: number
}

async function ask(image: Buffer): Promise<Seen> {
  const [answer, health] = await Promise.all([
    fetch(`${url}/v1/classify`, { method: 'POST', body: new Uint8Array(image) }),
    fetch(`${url}/healthz`),
  ])
  const body = (await answer.json()) as Seen['body']
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), body, health: health.status }
}

test('answers 503 with Retry-After between the old and the new one, and nothing else', {
  timeout: 60_000,
}, async () => {
  const image = await plain().png().toBuffer()
  await until('the first one serves', async () => (await ask(image)).body.deployment === 'dep-1', 30_000)
  const next = await world.sign({ sequence: 2, deployment: await realDeployment(world, 2) })
  const seen: Seen[] = []
  world.jws = next
  await until(
    'the second one serves',
    async () => {
      seen.push(await ask(image))
      return seen.at(-1)!.body.deployment === 'dep-2'
    },
    30_000,
  )
  const words = seen.map(({ status, body }) => (status === 200 ? body.deployment! : body.error!.code))
  expect(words.filter((word, i) => word !== words[i - 1])).toEqual(['dep-1', 'not-ready', 'dep-2'])
  for (const { status, retryAfter } of seen)
    expect([status, retryAfter]).toEqual(status === 200 ? [200, null] : [503, '1'])
  expect(seen.filter(({ health }) => health !== 200)).toEqual([])
  expect(world.reports.map(({ message }) => message).join()).toContain('by its settings')
})
