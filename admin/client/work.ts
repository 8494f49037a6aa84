// Work that the control plane does by itself, whether anybody waits or not: asked for, and waited for here. A stream rings
// when there is something new, and what is true is asked in calls that are over at once: proxies cut long ones, and a
// control plane that is started anew, or another one behind the same address, answers the next look.

import { TRPCClientError } from '@trpc/client'
import type { WorkProgress } from '#contract/api/jobs.ts'
import { PairReport } from '#contract/results/pair-report.ts'
import { type Api, CommandFailed } from './api.ts'
import { openBell } from './link/bell.ts'

/** Where no stream comes through: short work is told at once, long work is not asked for all the time. */
const LOOK_FIRST_MS = 50
const LOOK_EVERY_MS = 500
/** A control plane is back within seconds. */
const AWAY_MAX_MS = 30_000

type Trpc = Pick<Api, 'trpc'>
export type Work = Awaited<ReturnType<Api['trpc']['jobs']['get']['query']>>
type Training = Parameters<Api['trpc']['routers']['train']['mutate']>[0]
type ForestImport = Parameters<Api['trpc']['routers']['importForest']['mutate']>[0]
export type OnProgress = (progress: WorkProgress) => void

/** Until it is done; throws with the control plane's sentence where it failed or was cancelled. */
export async function waitForWork(
  { trpc }: Trpc,
  id: string,
  onProgress: OnProgress = () => {},
): Promise<Work> {
  using bell = openBell((on) => trpc.live.job.subscribe({ id }, on))
  let seenAt = performance.now()
  for (let waitMs = LOOK_FIRST_MS; ; waitMs = Math.min(waitMs * 2, LOOK_EVERY_MS)) {
    const job = await trpc.jobs.get.query({ id }).catch((error: unknown) => {
      const isAway = error instanceof TRPCClientError && error.shape === undefined
      if (!isAway || performance.now() - seenAt > AWAY_MAX_MS) throw error
    })
    if (job) {
      seenAt = performance.now()
      if (job.state === 'failed' || job.state === 'cancelled') throw new CommandFailed(job.error!)
      onProgress(job.progress)
      if (job.state === 'done') return job
    }
    await bell.rung(waitMs)
  }
}

/** The router of a training, once it is there. */
export async function trainRouter(
  api: Trpc,
  input: Training,
  onProgress?: OnProgress,
  onStart?: (job: string) => void,
) {
  const { id } = await api.trpc.routers.train.mutate(input)
  onStart?.(id)
  return routerOf(api, await waitForWork(api, id, onProgress))
}

/** Beside the router the names of the file's two classes. */
export async function importForest(
  api: Trpc,
  input: ForestImport,
  onProgress?: OnProgress,
  onStart?: (job: string) => void,
) {
  const { id } = await api.trpc.routers.importForest.mutate(input)
  onStart?.(id)
  const job = await waitForWork(api, id, onProgress)
  const labels = job.result?.labels as [string, string]
  return { ...(await routerOf(api, job)), labels }
}

const routerOf = ({ trpc }: Trpc, job: Work) => trpc.routers.get.query({ id: String(job.result?.router) })

/** Throws with the control plane's sentence where the evaluation failed. */
export async function waitForReport(api: Trpc, id: string, onProgress: OnProgress): Promise<PairReport> {
  const { job } = await api.trpc.evaluations.get.query({ id })
  if (job !== null) await waitForWork(api, job, onProgress)
  const row = await api.trpc.evaluations.get.query({ id })
  if (row.state === 'failed') throw new CommandFailed(row.error!)
  return PairReport.parse(row.report)
}
