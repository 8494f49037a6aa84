// The long poll for the manifest also tells of jobs, to those that ask for it: as soon as one is queued, of any control
// plane on the same database, and never of the jobs of another device.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { JOBS_HEADER } from '#contract/device-api.ts'
import { type Control, openControl } from './control-rig.ts'
import { enrolDevice, type FakeDevice, runJobs } from './fake-device.ts'
import { addImages, addTinyModel, madeUpOutcome } from './measured-pair.ts'

let control: Control
let device: FakeDevice
let name: string
let etag: string
let count = 0
beforeAll(async () => {
  control = await openControl()
  await addTinyModel(control, 'light', 8)
  await addImages(control, 'scenes', 5)
})
afterAll(() => control[Symbol.asyncDispose]())
beforeEach(async () => {
  name = `device-${++count}`
  device = await enrolDevice(control, { name, tier: 'edge' })
  etag = (await device.send('/manifest')).headers.get('etag')!
})

const poll = (query: string, from = device, known = etag) =>
  from.send(`/manifest?${query}`, { headers: { 'if-none-match': known } })
const queueJob = (by = control, devices = [name]) =>
  by.admin.profiles.create.mutate({ dataset: 'scenes', models: ['light'], devices })
const said = (answer: Response) => [answer.status, answer.headers.get(JOBS_HEADER)]

test('a poll that is open ends when a job is queued, by whichever control plane', async () => {
  const waiting = poll('wait=20&jobs=tell')
  // It waits once it was asked later and answered sooner.
  expect(said(await poll('wait=0&jobs=tell'))).toEqual([304, 'none'])
  await using other = await openControl({ url: control.databaseUrl, drop: async () => undefined })
  await queueJob(other)
  expect(said(await waiting)).toEqual([304, 'waiting'])
})

test('a poll that comes later is answered at once, until the job has ended', async () => {
  await queueJob()
  expect(said(await poll('wait=20&jobs=tell'))).toEqual([304, 'waiting'])
  expect(await device.nextJob()).not.toBeNull()
  expect(said(await poll('wait=20&jobs=tell'))).toEqual([304, 'waiting'])
  await runJobs(device, madeUpOutcome)
  expect(said(await poll('wait=1&jobs=tell'))).toEqual([304, 'none'])
})

test('a manifest that is new says it too', async () => {
  await queueJob()
  expect(said(await poll('wait=20&jobs=tell', device, '"older"'))).toEqual([200, 'waiting'])
})

test('a poll that does not ask for it waits on, and is told nothing', async () => {
  await queueJob()
  const startedAt = performance.now()
  expect(said(await poll('wait=2'))).toEqual([304, null])
  expect(performance.now() - startedAt).toBeGreaterThan(1_900)
})

test('a poll hears nothing of a job of another device, also of its group', async () => {
  const other = await enrolDevice(control, { name: `${name}-too`, tier: 'edge' })
  const waiting = poll('wait=2&jobs=tell', other, (await other.send('/manifest')).headers.get('etag')!)
  await queueJob()
  expect(said(await waiting)).toEqual([304, 'none'])
})
