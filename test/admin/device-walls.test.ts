// A device can read nothing of another: whatever one was told of, another of the same group, of the other tier or of
// another group is answered as if it did not exist, and one that was told of it gets it.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Deployment } from '#contract/deployment.ts'
import { type Job, JobAnswer } from '#contract/device-api.ts'
import { digestOf } from '#platform/artifact-store.ts'
import { jsonBody } from './control-rig.ts'
import { enrolDevice, type FakeDevice, MADE_UP_RESULT } from './fake-device.ts'
import { addImages, addTinyModel } from './measured-pair.ts'
import { openRolloutRig, type RolloutRig, type SimulatedFleet } from './rollout-rig.ts'

let rig: RolloutRig
let ours: SimulatedFleet
let theirs: SimulatedFleet
let first: Deployment
let second: Deployment
let measuring: FakeDevice
/** Of our group, and told of nothing yet. */
let bystander: FakeDevice
let job: Job & { kind: 'profile' }
let images: string[]
let loose: string

beforeAll(async () => {
  rig = await openRolloutRig()
  const { control } = rig
  ours = await rig.fleet({ local: 1, edge: 1 })
  theirs = await rig.fleet({ local: 1, edge: 1 })
  first = (await ours.settle()) as Deployment
  const another = await control.put('export default { fetch: () => new Response("another") }')
  await control.admin.functions.create.mutate({ name: 'another', file: another })
  second = (await ours.promote({ function: 'another' })).deployment as Deployment
  await ours.turn(3)
  measuring = await enrolDevice(control, { name: 'measuring', tier: 'local', group: 'lab' })
  bystander = await enrolDevice(control, { name: 'bystander', tier: 'local', group: ours.group })
  await addTinyModel(control, 'measured', 16)
  await addImages(control, 'measured', 7)
  const asked = { dataset: 'measured', models: ['measured'], devices: ['measuring'] }
  await control.admin.profiles.create.mutate(asked)
  job = JobAnswer.parse(await (await measuring.send('/jobs/next')).json()).job as typeof job
  images = Array.from({ length: 7 }, (_, i) => digestOf(`image ${i} of 7`))
  loose = await control.put('nobody was told of this')
})
afterAll(() => rig[Symbol.asyncDispose]())

const device = (of: SimulatedFleet, tier: 'local' | 'edge') => of.of(tier)[0]!.device
const fetches = async (who: FakeDevice, digest: string) => (await who.send(`/artifacts/${digest}`)).status

describe('an artifact', () => {
  /** What of a deployment each tier is to read. */
  const parts: [string, (d: Deployment) => string, readonly ('local' | 'edge')[]][] = [
    ['the local model', (d) => d.local.file.digest, ['local']],
    ['the edge model', (d) => d.edge.file.digest, ['edge']],
    ['the labels', (d) => d.local.labels.digest, ['local', 'edge']],
    ['the router', (d) => d.router.file.digest, ['local', 'edge']],
    ['the function', (d) => d.function.file.digest, ['local', 'edge']],
  ]

  test.each(parts)(
    '%s of a deployment is there for its tier in the groups that run it alone',
    async (_, part, tiers) => {
      for (const tier of ['local', 'edge'] as const) {
        expect(await fetches(device(ours, tier), part(second))).toBe(tiers.includes(tier) ? 200 : 404)
        expect(await fetches(device(theirs, tier), part(second))).toBe(404)
      }
      expect(await fetches(bystander, part(second))).toBe(404)
    },
  )

  test('of the deployment before stays there, which a device may have to mend', async () => {
    expect(first.function.file.digest).not.toBe(second.function.file.digest)
    for (const tier of ['local', 'edge'] as const)
      expect(await fetches(device(ours, tier), first.function.file.digest)).toBe(200)
  })

  test('of a job is there for the device that was asked, and for it alone', async () => {
    const { model } = job
    for (const digest of [job.images.digest, model.file.digest, model.labels.digest, ...images]) {
      expect(await fetches(measuring, digest)).toBe(200)
      // Both data sets have the same labels, and those our devices know from their deployment.
      for (const tier of ['local', 'edge'] as const)
        expect(await fetches(device(theirs, tier), digest)).toBe(404)
    }
  })

  test('that nobody was told of is answered word for word as one that is absent', async () => {
    const answers = await Promise.all(
      [loose, digestOf('never stored')].map(async (digest) => {
        const answer = await measuring.send(`/artifacts/${digest}`, { headers: { range: 'bytes=3-' } })
        const headers = [...answer.headers].filter(([name]) => name !== 'x-request-id')
        return [answer.status, (await answer.text()).replace(digest, ''), headers]
      }),
    )
    expect(answers[0]).toEqual(answers[1])
    expect(answers[0]![0]).toBe(404)
  })

  test('goes with its job: cancelled, it is gone for the device', async () => {
    const gone = await enrolDevice(rig.control, { name: 'gone', tier: 'edge', group: 'lab' })
    const asked = { dataset: 'measured', models: ['measured'], devices: ['gone'] }
    const [made] = await rig.control.admin.profiles.create.mutate(asked)
    expect(await fetches(gone, images[0]!)).toBe(200)
    await rig.control.admin.profiles.cancel.mutate({ id: made!.id })
    expect(await fetches(gone, images[0]!)).toBe(404)
  })
})

describe('a job of another device', () => {
  const outcome = { index: 0, top: [{ class: 0, p: 1 }], latencyMs: 1 }
  test.each([
    ['rows', { outcomes: [outcome] }],
    ['done', MADE_UP_RESULT],
    ['failed', { message: 'mine now' }],
  ])('takes no %s, and does not exist', async (route, body) => {
    for (const tier of ['local', 'edge'] as const) {
      const answer = await device(ours, tier).send(`/jobs/${job.id}/${route}`, jsonBody(body))
      expect(answer.status).toBe(404)
      expect(await answer.json()).toEqual({
        error: { code: 'not-found', message: `Cannot find job "${job.id}": it does not exist` },
      })
    }
  })

  test('is not handed out', async () => {
    expect(await device(ours, 'local').nextJob()).toBeNull()
    expect((await measuring.nextJob())?.id).toBe(job.id)
  })
})

describe('a manifest', () => {
  test('is always the own one, whatever the asker says it knows', async () => {
    const [pi, other] = [ours.of('local')[0]!, theirs.of('local')[0]!]
    const etag = (await pi.device.send('/manifest')).headers.get('etag')!
    const answer = await other.device.send('/manifest', { headers: { 'if-none-match': etag } })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('etag')).not.toBe(etag)
    expect(await other.manifest()).toMatchObject({ deviceId: other.device.id, deployment: null, edges: [] })
  })

  test.each(['/manifest?device=', '/manifest/', '/report/', '/devices/', '/artifacts?device='])(
    'of another is not to be had by %s<its id>',
    async (route) => {
      const answer = await device(theirs, 'local').send(`${route}${device(ours, 'local').id}`)
      const text = await answer.text()
      if (answer.status !== 200) return expect(answer.status).toBe(404)
      const { deviceId } = JSON.parse(Buffer.from(text.split('.')[1]!, 'base64url').toString())
      expect(deviceId).toBe(device(theirs, 'local').id)
    },
  )
})

test('reports and decisions of a device change nothing of another', async () => {
  const rowOf = async (name: string) => rig.control.admin.devices.get.query({ name })
  const before = await rowOf(ours.of('local')[0]!.name)
  const { id } = device(ours, 'local')
  await device(theirs, 'local').report({ deviceId: id, message: 'not mine' } as object)
  const decision = {
    ...{
      sequence: 1,
      at: new Date().toISOString(),
      deploymentId: second.id,
      tier: 'local',
      label: 1,
      score: 0.5,
    },
    decision: { router: 'confidence', version: 1, score: 0.3, threshold: 0.5, reason: 'routed' },
    ...{ totalMs: 5, energyJ: 0.1, byFallback: false, deviceId: id },
  }
  await device(theirs, 'local').send('/decisions', jsonBody({ decisions: [decision] }))
  expect(await rowOf(ours.of('local')[0]!.name)).toEqual(before)
  const totals = await rig.control.admin.decisions.totals.query({})
  expect(totals.filter((t) => t.deviceId === id)).toEqual([])
})
