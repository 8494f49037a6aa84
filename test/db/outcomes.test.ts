// Packed outcomes: what goes in comes out to the last bit, whichever way it came, and only what is asked for is read.

import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Outcome } from '#contract/outcome.ts'
import { copyOutcomes } from '#db/outcomes/copy-outcomes.ts'
import { jobOutcomes, topAnswers, topClasses } from '#db/outcomes/outcome-rows.ts'
import { packOutcomes, unpackOutcomes } from '#db/outcomes/packed-outcomes.ts'
import { appendJobRows, ensureDeviceJob, takeDeviceJob } from '#db/queries/device-jobs.ts'
import { addDataset, addDevice, addModel } from './filled-database.ts'
import { openQueryRig, type QueryRig } from './query-rig.ts'

let rig: QueryRig
beforeAll(async () => {
  rig = await openQueryRig()
})
afterAll(() => rig[Symbol.asyncDispose]())

const db = () => rig.database.db

const ranked = fc.record({
  class: fc.oneof(fc.nat(1_000), fc.constant(2_147_483_647)),
  p: fc.double({ min: 0, max: 1, noNaN: true }),
})
const measured = fc.record({
  top: fc.array(ranked, { minLength: 1, maxLength: 5 }),
  latencyMs: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
})

test('unpackOutcomes() of packOutcomes() is the same, whatever ranks images have', () => {
  fc.assert(
    fc.property(fc.array(measured, { minLength: 1, maxLength: 40 }), fc.nat(100), (rows, first) => {
      const outcomes = rows.map((row, i) => ({ index: first + i, ...row }))
      expect(unpackOutcomes(packOutcomes(outcomes))).toEqual(outcomes)
    }),
  )
})

const made = (index: number): Outcome => ({
  index,
  top: Array.from({ length: 1 + (index % 5) }, (_, rank) => ({
    class: (index * 7 + rank) % 1_000,
    p: Math.sqrt(index + 1) / (rank + 2) / 100,
  })),
  latencyMs: index / 3,
})

let jobs = 0
async function newJob(total: number): Promise<string> {
  const name = `packed-${++jobs}`
  const device = await addDevice(db(), name, 'local')
  const dataset = await addDataset(db(), name, total)
  const model = await addModel(db(), name)
  const draft = { kind: 'profile', featuresVersion: null, total } as const
  await ensureDeviceJob(db(), { ...draft, deviceId: device.id, datasetId: dataset.id, modelId: model.id })
  return (await takeDeviceJob(db(), device.id))!.id
}

test('batches of any size and one COPY of all leave the same outcomes and best answers', async () => {
  const outcomes = Array.from({ length: 1_203 }, (_, index) => made(index))
  const [sent, copied] = [await newJob(outcomes.length), await newJob(outcomes.length)]
  let done = 0
  for (let size = 1; done < outcomes.length; size = size === 1 ? 7 : Math.min(500, size * 3)) {
    // As a device that came back: each batch begins a little before what is stored.
    const from = Math.max(0, done - 3)
    const rows = outcomes.slice(from, Math.max(done + 1, from + size))
    done = (await appendJobRows(db(), sent, { kind: 'profile', rows }))!
  }
  await copyOutcomes(rig.database.pool, [{ jobId: copied, outcomes }])
  expect(await jobOutcomes(db(), sent)).toEqual(outcomes)
  expect(await jobOutcomes(db(), copied)).toEqual(outcomes)
  const [answers, classes] = [await topAnswers(db(), [sent, copied]), await topClasses(db(), [copied, sent])]
  for (const job of [sent, copied]) {
    expect([...answers.get(job)!.classes]).toEqual(outcomes.map(({ top }) => top[0]!.class))
    expect([...answers.get(job)!.probabilities]).toEqual(outcomes.map(({ top }) => top[0]!.p))
    expect(classes.get(job)).toEqual(answers.get(job)!.classes)
  }
})

test('a job without outcomes has none, and is missing from the best answers', async () => {
  const job = await newJob(1)
  expect(await jobOutcomes(db(), job)).toEqual([])
  expect((await topAnswers(db(), [job])).size).toBe(0)
})

test('COPY that breaks off leaves nothing', async () => {
  const [job] = [await newJob(2)]
  const attempt = copyOutcomes(rig.database.pool, [
    { jobId: job, outcomes: [made(0), made(1)] },
    { jobId: 'job_unknown', outcomes: [made(0)] },
  ])
  await expect(attempt).rejects.toMatchObject({ code: '23503' })
  expect(await jobOutcomes(db(), job)).toEqual([])
})

test.each([
  [
    'probabilities for another number of images',
    `1, int4send(1), float8send(0.5) || float8send(0.5), float8send(1)`,
  ],
  [
    'latencies for another number of images',
    `2, int4send(1) || int4send(2), float8send(0.5) || float8send(0.5), float8send(1)`,
  ],
  ['no image', `0, '', '', ''`],
])('the database refuses a row with %s', async (_, values) => {
  const job = await newJob(2)
  const statement = `insert into outcome_chunks (job_id, first, count, classes, probabilities, latencies) values ($1, 0, ${values})`
  await expect(rig.database.pool.query(statement, [job])).rejects.toMatchObject({
    code: '23514',
    constraint: expect.stringMatching(/^outcome_chunks_/),
  })
})

test('outcomes that lack an image in between are a defect, not a wrong answer', async () => {
  const job = await newJob(3)
  await rig.database.pool.query(
    `insert into outcome_chunks (job_id, first, count, classes, probabilities, latencies)
     values ($1, 0, 1, int4send(1), float8send(1), float8send(1)), ($1, 2, 1, int4send(1), float8send(1), float8send(1))`,
    [job],
  )
  await expect(topClasses(db(), [job])).rejects.toThrow(/has 2, expected 3/)
})
