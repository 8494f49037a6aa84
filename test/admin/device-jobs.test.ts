// Jobs over REST: rows in order and without gaps, a job for its device alone, and the summary at the end.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Job } from '#contract/device-api.ts'
import { jobOutcomes } from '#db/outcomes/outcome-rows.ts'
import { type Control, errorOf, jsonBody, openControl, refusalOf } from './control-rig.ts'
import { enrolDevice, type FakeDevice, featureRow, MADE_UP_RESULT } from './fake-device.ts'
import { addImages, addTinyModel, madeUpOutcome } from './measured-pair.ts'

const IMAGES = 6

let control: Control
let device: FakeDevice
let job: Job
let count = 0
beforeAll(async () => {
  control = await openControl()
  await addTinyModel(control, 'light', 8)
  await addImages(control, 'scenes', IMAGES)
})
afterAll(() => control[Symbol.asyncDispose]())

beforeEach(async () => {
  // A data set and a model measure once a device: every test has one of its own.
  device = await enrolDevice(control, { name: `tx2-${++count}`, tier: 'edge' })
  await control.admin.profiles.create.mutate({
    dataset: 'scenes',
    models: ['light'],
    devices: [`tx2-${count}`],
  })
  job = (await device.nextJob())!
})

const outcomes = (...indexes: number[]) => ({
  outcomes: indexes.map((index) => ({ index, ...madeUpOutcome('light', index) })),
})
const all = Array.from({ length: IMAGES }, (_, i) => i)

type Answer = { done?: number; state?: string; error: { code: string; message: string } }

async function send(pathname: string, body: unknown, by: FakeDevice = device) {
  const answer = await by.send(`/jobs/${job.id}/${pathname}`, jsonBody(body))
  return { status: answer.status, body: (await answer.json()) as Answer }
}
const stateOf = async () => (await control.admin.profiles.list.query({ ids: [job.id] })).items[0]!

describe('a job', () => {
  test('says which model to run over which images', async () => {
    expect(job).toMatchObject({ kind: 'profile', count: IMAGES, from: 0, model: { name: 'light' } })
    const list = await (await device.send(`/artifacts/${job.images.digest}`)).json()
    expect(list).toHaveLength(IMAGES)
  })

  test('goes on where it was interrupted, and is not another one meanwhile', async () => {
    await send('rows', outcomes(0, 1))
    expect(await device.nextJob()).toEqual({ ...job, from: 2 })
  })

  test('asked for twice is one job', async () => {
    const again = await control.admin.profiles.create.mutate({
      dataset: 'scenes',
      models: ['light'],
      devices: [`tx2-${count}`],
    })
    expect(again.map((j) => j.id)).toEqual([job.id])
  })

  test('ends with a summary of what was measured', async () => {
    await send('rows', outcomes(...all))
    expect(await send('done', MADE_UP_RESULT)).toEqual({ status: 200, body: { state: 'done' } })
    const { state, summary } = await stateOf()
    expect(state).toBe('done')
    expect(summary).toMatchObject({
      images: IMAGES,
      top1: 4 / 6,
      latencyMeanMs: 10,
      energy: MADE_UP_RESULT.energy,
    })
    expect(await device.nextJob()).toBeNull()
    expect(await send('done', MADE_UP_RESULT)).toEqual({ status: 200, body: { state: 'done' } })
    expect((await send('rows', outcomes(0))).status).toBe(409)
  })

  test('that failed keeps the device’s words and may be asked for again', async () => {
    expect((await send('failed', { message: 'no memory' })).body).toEqual({ state: 'failed' })
    expect(await stateOf()).toMatchObject({ state: 'failed', message: 'no memory' })
    expect((await send('rows', outcomes(0))).status).toBe(409)
    const [again] = await control.admin.profiles.create.mutate({
      dataset: 'scenes',
      models: ['light'],
      devices: [`tx2-${count}`],
    })
    expect(again!.id).not.toBe(job.id)
  })

  test('that an admin cancelled takes no more rows', async () => {
    const cancel = () => control.admin.profiles.cancel.mutate({ id: job.id })
    expect(await cancel()).toMatchObject({ state: 'cancelled' })
    expect(await cancel()).toMatchObject({ state: 'cancelled' })
    const { status, body } = await send('rows', outcomes(0))
    expect([status, body.error.code]).toEqual([409, 'conflict'])
    expect((await send('done', MADE_UP_RESULT)).status).toBe(409)
    expect(await device.nextJob()).toBeNull()
    // What the device says when its rows are refused does not make another end of it.
    expect((await send('failed', { message: 'rows refused' })).body).toEqual({ state: 'cancelled' })
    expect(await stateOf()).toMatchObject({ state: 'cancelled' })
  })

  test('that was cancelled may be asked for again', async () => {
    await control.admin.profiles.cancel.mutate({ id: job.id })
    const [again] = await control.admin.profiles.create.mutate({
      dataset: 'scenes',
      models: ['light'],
      devices: [`tx2-${count}`],
    })
    expect(again).toMatchObject({ state: 'queued', done: 0 })
    expect(await device.nextJob()).toMatchObject({ id: again!.id, from: 0 })
  })

  test('that is done cannot be cancelled', async () => {
    await send('rows', outcomes(...all))
    await send('done', MADE_UP_RESULT)
    expect(await refusalOf(control.admin.profiles.cancel.mutate({ id: job.id }))).toMatchObject({
      status: 409,
      message: `Cannot cancel profile "${job.id}": is done, expected queued or running`,
    })
  })
})

describe('rows', () => {
  test.each<[string, number[][], number]>([
    ['in order move the job on', [[0, 1], [2]], 3],
    [
      'sent twice change nothing',
      [
        [0, 1],
        [0, 1],
      ],
      2,
    ],
    [
      'that overlap count once',
      [
        [0, 1],
        [1, 2],
      ],
      3,
    ],
    ['that leave a gap are not stored', [[0, 1], [3]], 2],
    ['that do not begin at the beginning are not stored', [[1, 2]], 0],
    ['out of order among themselves are not stored', [[0, 2, 1]], 0],
    ['beyond the last image are not stored', [[...all, IMAGES]], 0],
  ])('%s', async (_, batches, done) => {
    let last: unknown
    for (const batch of batches) last = await send('rows', outcomes(...batch))
    expect(last).toEqual({ status: 200, body: { done } })
    expect((await stateOf()).done).toBe(done)
  })

  test('sent again with other values leave the first ones', async () => {
    await send('rows', outcomes(0))
    const other = { outcomes: [{ index: 0, top: [{ class: 2, p: 0.1 }], latencyMs: 999 }] }
    expect((await send('rows', other)).body).toEqual({ done: 1 })
    const stored = await jobOutcomes(control.database.db, job.id)
    expect(stored.map(({ latencyMs }) => latencyMs)).toEqual([10])
  })

  test.each<[string, unknown, string]>([
    ['no rows', { outcomes: [] }, 'outcomes'],
    [
      'a negative latency',
      { outcomes: [{ ...outcomes(0).outcomes[0], latencyMs: -1 }] },
      'outcomes.0.latencyMs',
    ],
    [
      'six classes',
      { outcomes: [{ index: 0, latencyMs: 1, top: Array(6).fill({ class: 0, p: 0 }) }] },
      'outcomes.0.top',
    ],
    [
      'a probability of 2',
      { outcomes: [{ index: 0, latencyMs: 1, top: [{ class: 0, p: 2 }] }] },
      'outcomes.0.top.0.p',
    ],
    ['features for a profile', { rows: [featureRow(0)] }, 'outcomes'],
  ])('with %s are refused by field', async (_, body, path) => {
    const answer = await send('rows', body)
    expect([answer.status, answer.body.error.code]).toEqual([400, 'invalid'])
    expect(answer.body.error.message).toMatch(
      new RegExp(`^Cannot read field "${path.replaceAll('.', '\\.')}"`),
    )
  })

  test.each(['{"outcomes":[', 'nonsense', ''])('that are not JSON (%j) are refused', async (text) => {
    expect(await send('rows', text)).toEqual({
      status: 400,
      body: { error: { code: 'invalid', message: 'Cannot read the body: is not JSON' } },
    })
  })

  test('with numbers that no column holds are refused, not a failure of ours', async () => {
    const huge = { outcomes: [{ index: 0, top: [{ class: 2 ** 40, p: 0.5 }], latencyMs: 1 }] }
    const answer = await send('rows', huge)
    expect([answer.status, answer.body.error.code]).toEqual([400, 'invalid'])
  })
})

describe('too early or not at all', () => {
  test('done before the last row is a conflict that says how many are missing', async () => {
    await send('rows', outcomes(0, 1))
    const { status, body } = await send('done', MADE_UP_RESULT)
    expect([status, body.error.code]).toEqual([409, 'conflict'])
    expect(body.error.message).toBe(`Cannot finish job "${job.id}": has 2 rows, expected ${IMAGES}`)
    expect((await stateOf()).state).toBe('running')
  })

  test('a job of another device does not exist', async () => {
    const other = await enrolDevice(control, { name: `other-${count}`, tier: 'edge' })
    for (const [pathname, body] of [
      ['rows', outcomes(0)],
      ['done', MADE_UP_RESULT],
      ['failed', { message: 'mine' }],
    ] as const) {
      const answer = await send(pathname, body, other)
      expect([answer.status, answer.body.error.message]).toEqual([
        404,
        `Cannot find job "${job.id}": it does not exist`,
      ])
    }
    expect(await other.nextJob()).toBeNull()
  })
})

test('a local device also extracts the features, once a data set', async () => {
  await enrolDevice(control, { name: 'pi', tier: 'local' })
  const ask = () =>
    control.admin.profiles.create.mutate({ dataset: 'scenes', models: ['light'], devices: ['pi'] })
  expect((await ask()).map((j) => j.kind)).toEqual(['profile', 'features'])
  expect((await ask()).map((j) => j.id)).toEqual((await ask()).map((j) => j.id))
})

describe('decisions', () => {
  const decision = (sequence: number, more: object = {}) => ({
    sequence,
    at: '2026-01-02T03:04:05.678Z',
    deploymentId: 'dep_1',
    tier: 'local',
    label: 1,
    score: 0.5,
    decision: { router: 'forest', version: 1, score: 0.25, threshold: 0.5, reason: 'routed' },
    totalMs: 12.5,
    energyJ: 0.5,
    byFallback: false,
    ...more,
  })
  const upload = (...decisions: unknown[]) => device.send('/decisions', jsonBody({ decisions }))

  test('are stored once, however often they come', async () => {
    expect(await (await upload(decision(1), decision(2))).json()).toEqual({ upTo: 2 })
    expect(await (await upload(decision(1), decision(2), decision(3))).json()).toEqual({ upTo: 3 })
    const totals = await control.admin.decisions.totals.query({ sinceHours: 24 * 366 })
    expect(totals.filter((t) => t.deviceId === device.id)).toMatchObject([
      {
        deploymentId: 'dep_1',
        tier: 'local',
        reason: 'routed',
        images: 3,
        energyJ: 1.5,
        latencyMeanMs: 12.5,
      },
    ])
  })

  test('of another device are its own, whatever their sequence', async () => {
    await upload(decision(1))
    const other = await enrolDevice(control, { name: `third-${count}`, tier: 'edge' })
    const answer = await other.send('/decisions', jsonBody({ decisions: [decision(1)] }))
    expect(await answer.json()).toEqual({ upTo: 1 })
  })

  test.each<[string, unknown, string]>([
    ['sequence 0', decision(0), 'decisions.0.sequence'],
    [
      'a reason that is none',
      decision(1, { decision: { ...decision(1).decision, reason: 'mood' } }),
      'decisions.0.decision.reason',
    ],
    ['a time that is none', decision(1, { at: 'yesterday' }), 'decisions.0.at'],
  ])('with %s are refused by field', async (_, bad, path) => {
    const answer = await upload(bad)
    expect(answer.status).toBe(400)
    expect((await errorOf(answer)).message).toContain(`"${path}"`)
  })

  test('with a NUL in a text are refused, not a failure of ours', async () => {
    const answer = await upload(decision(1, { deploymentId: 'dep\0' }))
    expect([answer.status, (await errorOf(answer)).code]).toEqual([400, 'invalid'])
  })

  test('over 4 MiB are refused', async () => {
    const answer = await device.send('/decisions', jsonBody({ decisions: 'x'.repeat(4 * 1024 ** 2) }))
    expect([answer.status, (await errorOf(answer)).code]).toEqual([413, 'too-large'])
  })
})
