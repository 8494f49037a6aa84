// Jobs by the API: asked for twice, looked at, cancelled; and by the CLI.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { trainRouter, waitForWork } from '#admin/client/work.ts'
import { EvaluationOptions } from '#contract/results/evaluation-options.ts'
import { ensureEvaluation } from '#db/queries/train/evaluations.ts'
import { until } from '#test/harness/until.ts'
import { refusalOf } from '../control-rig.ts'
import { WorkerRig } from './worker-rig.ts'

let rig: WorkerRig
beforeAll(async () => {
  rig = await WorkerRig.open()
}, 120_000)
afterAll(() => rig?.[Symbol.asyncDispose]())

const train = (seed: number) => rig.control.admin.routers.train.mutate({ kind: 'confidence', folds: 2, seed })
const api = () => ({ trpc: rig.control.admin })

describe('a training', () => {
  test('that eight clicks ask for at once is one job; another seed is another', async () => {
    const clicks = await Promise.all(Array.from({ length: 8 }, () => train(1)))
    expect(new Set(clicks.map(({ id }) => id)).size).toBe(1)
    expect(clicks[0]).toMatchObject({ kind: 'training', state: 'queued', attempt: 0, result: null })
    expect(clicks[0]!.askedBy).toMatch(/^the admin \(/)
    const other = await train(2)
    expect(other.id).not.toBe(clicks[0]!.id)
    for (const id of [clicks[0]!.id, other.id]) await rig.control.admin.jobs.cancel.mutate({ id })
  })

  test('waits for a worker, is done by one of two, and is one router', { timeout: 60_000 }, async () => {
    const before = await rig.count('routers')
    const { id } = await train(3)
    await Promise.all([rig.startWorker(), rig.startWorker()])
    const job = await waitForWork(api(), id)
    expect(job).toMatchObject({ state: 'done', attempt: 1, worker: null, progress: { done: 4, total: 4 } })
    const router = await rig.control.admin.routers.get.query({ id: String(job.result!.router) })
    expect(router).toMatchObject({ kind: 'confidence', version: job.result!.version })
    expect(await rig.count('routers')).toBe(before + 1)
    await rig.stopWorkers()
  })

  test('that was cancelled while it waited is not begun', { timeout: 60_000 }, async () => {
    const { id } = await train(4)
    await rig.control.admin.jobs.cancel.mutate({ id })
    const worker = await rig.startWorker()
    await trainRouter(api(), { kind: 'confidence', folds: 2, seed: 5 })
    expect(await rig.job(id)).toMatchObject({ state: 'cancelled', attempt: 0 })
    expect(worker.output).not.toContain(id)
    await rig.stopWorkers()
  })
})

test('an evaluation that an earlier build left running is computed, once', { timeout: 60_000 }, async () => {
  const [selection] = (await rig.control.admin.selections.list.query()).items
  const options = EvaluationOptions.parse({ folds: 2, kinds: ['confidence'], learners: false })
  const { row } = await ensureEvaluation(rig.control.ctx.db, selection!.id, options)
  await Promise.all([rig.startWorker(), rig.startWorker()])
  const { job } = await rig.control.admin.evaluations.get.query({ id: row.id })
  expect(await waitForWork(api(), job!)).toMatchObject({ attempt: 1, askedBy: 'the control plane' })
  expect(await rig.control.admin.evaluations.get.query({ id: row.id })).toMatchObject({ state: 'done' })
  expect((await rig.control.admin.jobs.list.query({ kinds: ['evaluation'] })).items).toHaveLength(1)
  await rig.stopWorkers()
})

describe('cancelling', () => {
  test('ends the computation, and nothing of it is kept', { timeout: 60_000 }, async () => {
    const worker = await rig.startWorker()
    const { id, job } = await rig.control.admin.evaluations.start.mutate({ folds: 20, seed: 6 })
    await until('it computes', async () => (await rig.stepsOf(job)) > 0, 30_000)
    const cancelled = await rig.control.admin.jobs.cancel.mutate({ id: job })
    expect(cancelled).toMatchObject({ state: 'cancelled', worker: null })
    expect(cancelled.error).toMatch(/^Cancelled by the admin \(/)
    await until('its process is gone', async () => (await rig.childrenOf(worker)).length === 0, 5_000)
    const row = await rig.control.admin.evaluations.get.query({ id })
    expect(row).toMatchObject({ state: 'failed', error: cancelled.error, report: null })
    expect(await rig.stepsOf(job)).toBe(0)
    // The worker has taken no harm.
    await trainRouter(api(), { kind: 'confidence', folds: 2, seed: 7 })
    await rig.stopWorkers()
  })

  test('is refused for a job that has ended, one that is none, and by a viewer', async () => {
    const { id } = await train(8)
    const { jobs } = rig.control.admin
    await jobs.cancel.mutate({ id })
    const twice = await refusalOf(jobs.cancel.mutate({ id }))
    expect([twice.code, twice.message]).toEqual([
      'CONFLICT',
      `Cannot cancel job "${id}": is cancelled, expected queued or running`,
    ])
    expect((await refusalOf(jobs.cancel.mutate({ id: 'job_none' }))).code).toBe('NOT_FOUND')
    const viewer = rig.control.as(rig.control.keys.viewer)
    expect((await refusalOf(viewer.jobs.cancel.mutate({ id }))).code).toBe('FORBIDDEN')
    expect((await viewer.jobs.get.query({ id })).state).toBe('cancelled')
  })
})

test('jobs are listed newest first, by kind and state, page by page', async () => {
  const asked = [await train(21), await train(22), await train(23)].map(({ id }) => id).reverse()
  const { jobs } = rig.control.admin
  const first = await jobs.list.query({ states: ['queued'], limit: 2 })
  const rest = await jobs.list.query({ states: ['queued'], limit: 2, cursor: first.nextCursor })
  expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(asked)
  expect(first.items[0]).not.toHaveProperty('input')
  expect((await jobs.list.query({ kinds: ['evaluation'], states: ['queued'] })).items).toEqual([])
  for (const id of asked) await jobs.cancel.mutate({ id })
})
