// How often an image really went out, which is what its answer's energy counts: by edges on real sockets, one of them
// a host that swallows packets.

import { expect, test } from 'vitest'
import { ClassifyAnswer } from '#contract/classify.ts'
import { Policy } from '#contract/deployment.ts'
import { PUBLISHED_UPLOAD_J } from '#core/profile/published-upload.ts'
import { plain } from '#test/vision/images.ts'
import { ALWAYS_EDGE, frontDoorRig } from '#test/workers/front-door/front-door-rig.ts'
import { threadHost } from '#workers/host/thread-host.ts'
import { answerEnergyJ } from '#workers/serve/energy.ts'
import { Offload } from '#workers/serve/offload/offload.ts'
import { blackHole, EdgeServer, type Mood } from '../edge-server.ts'
import { edgeModelRef } from './edge-model-ref.ts'
import { makeRig } from './offload-rig.ts'

test.each(['well', 'silent', 'error', 'cut'] as const)(
  'an edge that is %s got the image once',
  async (mood) => {
    await using rig = makeRig()
    rig.aim(await rig.edge.listen())
    rig.edge.mood = mood
    expect((await rig.ask({ policy: { edgeDeadlineMs: 300 } })).uploads).toBe(1)
  },
)

test('a second edge gets it again', async () => {
  await using rig = makeRig()
  await using other = new EdgeServer()
  rig.aim(await rig.edge.listen(), await other.listen())
  rig.edge.mood = 'error'
  other.mood = 'error'
  expect((await rig.ask()).uploads).toBe(2)
})

test('what never reaches an edge is no upload', async () => {
  await using rig = makeRig()
  const url = await rig.edge.listen()
  rig.aim(url)
  expect(await rig.ask({ deadlineMs: 1 })).toMatchObject({ uploads: 0, reason: 'deadline' })
  expect(await rig.ask({ preference: 'local-only' })).toMatchObject({ uploads: 0, reason: 'preference' })
  await rig.edge.close()
  expect(await rig.ask()).toMatchObject({ uploads: 0, reason: 'edge-error' })
  await using hole = await blackHole()
  rig.aim(hole.url)
  expect(await rig.ask({ policy: { edgeDeadlineMs: 200 } })).toMatchObject({ uploads: 0, reason: 'deadline' })
})

const WATTS = 2

/** Through a front door: why the answer is what it is, and how many uploads its energy counts. */
async function answered(mood: Mood, policy: Partial<Policy> = {}, query = '') {
  await using edge = new EdgeServer()
  await using offload = new Offload({ activeWatts: WATTS })
  offload.retarget([{ url: await edge.listen(), connectMs: 5_000 }])
  edge.mood = mood
  const whole = { ...Policy.parse({ edgeDeadlineMs: 10_000 }), ...policy }
  const power = { watts: WATTS, source: 'test' }
  await using rig = await frontDoorRig({
    host: threadHost(),
    edge: offload.portFor({ id: 'dep-1', edge: edgeModelRef, policy: whole }),
    ports: { energyOf: (answer, uploads) => answerEnergyJ('local', power, answer, uploads) },
  })
  await rig.install({ router: ALWAYS_EDGE })
  const body = await plain({ colour: '#ff0000' }).png().toBuffer()
  const response = await fetch(`${rig.url}/v1/classify${query}`, { method: 'POST', body })
  const { energyJ, timingsMs, decision } = ClassifyAnswer.parse(await response.json())
  const computedJ = (WATTS * (timingsMs.local ?? 0)) / 1_000
  const uploads = Math.round(((energyJ.value - computedJ) / PUBLISHED_UPLOAD_J) * 1e6) / 1e6
  expect(edge.requests).toBe(uploads)
  return { reason: decision.reason, uploads }
}

test('an answer’s energy counts the uploads that were made for it, whatever its reason is', async () => {
  expect(await answered('well')).toEqual({ reason: 'routed', uploads: 1 })
  expect(await answered('error')).toEqual({ reason: 'edge-error', uploads: 1 })
  expect(await answered('silent', { edgeDeadlineMs: 300 })).toEqual({ reason: 'deadline', uploads: 1 })
  expect(await answered('well', { latencyBudgetMs: 1 })).toEqual({ reason: 'deadline', uploads: 0 })
  expect(await answered('well', {}, '?preference=local-only')).toEqual({ reason: 'preference', uploads: 0 })
})
