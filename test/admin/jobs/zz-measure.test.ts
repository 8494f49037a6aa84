// Workers and their computations as processes, killed without a word: what they were at goes on elsewhere from its last
// step, ends as if nothing had happened, and is stored once; what kills whoever touches it is given up.

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { PairReport } from '#contract/results/pair-report.ts'
import { until } from '#test/harness/until.ts'
import { WorkerRig } from './worker-rig.ts'

/** What a job may stand still for. */
const WITHIN_MS = 10_000

let rig: WorkerRig
beforeAll(async () => {
  rig = await WorkerRig.open()
}, 120_000)
afterEach(() => rig.stopWorkers())
afterAll(() => rig?.[Symbol.asyncDispose]())

/** Tens of steps, each of a fraction of a second. */
const evaluate = async (seed: number) => {
  const input = { seed, folds: 4, featureChoice: 'nested', learners: true } as const
  const { id, job } = await rig.control.admin.evaluations.start.mutate(input)
  return { evaluation: id, job }
}
const reportOf = async (id: string) =>
  PairReport.parse((await rig.control.admin.evaluations.get.query({ id })).report)
const isDone = ({ state }: { state: string }) => state === 'done'
const isAgain = ({ state, attempt }: { state: string; attempt: number }) => state === 'running' && attempt > 1

describe('a job', () => {
  test('of a killed worker goes on with another within ten seconds, from its last step, to the same end', {
    timeout: 240_000,
  }, async () => {
    await Promise.all([rig.startWorker(), rig.startWorker()])
    const { evaluation, job } = await evaluate(1)
    const kept = await stepsKept(job, 8)
    const first = await rig.job(job)
    await rig.workerOf(first).kill('SIGKILL')
    const t0 = Date.now()
    const second = await rig.jobWhen(job, 'goes on', isAgain, WITHIN_MS)
    console.log('GOES ON AFTER', Date.now() - t0)
    expect(second.worker).not.toBe(first.worker)
    const survivor = rig.workerOf(second)
    await rig.jobWhen(job, 'is done', isDone, 120_000)
    const resumed = /"steps":(\d+),"msg":"job goes on where it was left"/.exec(survivor.output)
    expect(Number(resumed?.[1])).toBeGreaterThanOrEqual(kept)
    expect(await rig.stepsOf(job)).toBe(0)

    const whole = await evaluate(1)
    expect(whole.evaluation).not.toBe(evaluation)
    expect((await rig.jobWhen(whole.job, 'is done', isDone, 120_000)).attempt).toBe(1)
    expect(await reportOf(evaluation)).toEqual(await reportOf(whole.evaluation))
  })

  test('whose computation is killed goes on from its last step, in the same worker too', {
    timeout: 120_000,
  }, async () => {
    const worker = await rig.startWorker()
    const { job } = await evaluate(2)
    await stepsKept(job, 3)
    const [child] = await rig.childrenOf(worker)
    process.kill(child!.pid, 'SIGKILL')
    expect(await rig.jobWhen(job, 'goes on', isAgain, WITHIN_MS)).toMatchObject({ attempt: 2, deaths: 1 })
    // A step further, and the death is forgiven.
    await rig.jobWhen(job, 'gets on', ({ deaths }) => deaths === 0)
    await rig.control.admin.jobs.cancel.mutate({ id: job })
  })

  test('survives the end of everybody who could have it', { timeout: 120_000 }, async () => {
    const only = await rig.startWorker()
    const routers = await rig.count('routers')
    const { id } = await rig.control.admin.routers.train.mutate({ kind: 'forest', folds: 20, seed: 3 })
    await rig.jobWhen(id, 'is begun', ({ state }) => state === 'running')
    await only.kill('SIGKILL')
    expect(await rig.job(id)).toMatchObject({ state: 'running', attempt: 1 })
    await rig.startWorker()
    expect(await rig.jobWhen(id, 'is done', isDone)).toMatchObject({ error: null })
    expect(await rig.count('routers')).toBe(routers + 1)
  })

  test('of a worker that is stopped is given back at once, and is nobody’s fault', {
    timeout: 120_000,
  }, async () => {
    const worker = await rig.startWorker()
    const { job } = await evaluate(4)
    await stepsKept(job, 2)
    expect(await worker.stop()).toBe(0)
    expect(await rig.job(job)).toMatchObject({ state: 'queued', deaths: 0, worker: null })
    expect(await rig.stepsOf(job)).toBeGreaterThanOrEqual(2)
    await rig.control.admin.jobs.cancel.mutate({ id: job })
  })

  test('that kills whoever works on it three times is given up, with the reason', {
    timeout: 120_000,
  }, async () => {
    const worker = await rig.startWorker()
    const { evaluation, job } = await evaluate(5)
    const killed = new Set<number>()
    const failed = await until(
      'the job is given up',
      async () => {
        for (const { pid } of await rig.childrenOf(worker)) {
          if (!killed.has(pid)) process.kill(pid, 'SIGKILL')
          killed.add(pid)
        }
        const now = await rig.job(job)
        return now.state === 'failed' ? now : undefined
      },
      60_000,
    )
    expect(failed.error).toMatch(
      /^Cannot finish evaluation "job_\w+": whoever worked on it died 3 times in a row .*, expected an end; the log of ".+" has the cause$/,
    )
    expect(killed.size).toBe(3)
    const row = await rig.control.admin.evaluations.get.query({ id: evaluation })
    expect(row).toMatchObject({ state: 'failed', error: failed.error, report: null })
    expect(worker.isAlive).toBe(true)
  })
})

/** That it has kept so many by now. */
async function stepsKept(id: string, atLeast: number): Promise<number> {
  await rig.jobWhen(id, 'is begun', ({ state }) => state === 'running')
  for (;;) {
    const steps = await rig.stepsOf(id)
    if (steps >= atLeast) return steps
    const { state, error } = await rig.job(id)
    if (state !== 'running') throw new Error(`the job is ${state} after ${steps} steps: ${error}`)
  }
}
