// Waiting for an evaluation, which runs on the control plane whether anybody waits or not.

import { setTimeout as sleep } from 'node:timers/promises'
import type { EvaluationProgress } from '#contract/results/evaluation-options.ts'
import { PairReport } from '#contract/results/pair-report.ts'
import { type Api, CommandFailed } from './api.ts'

const LOOK_EVERY_MS = 500

/** Throws with the control plane's sentence where the evaluation failed. */
export async function waitForReport(
  api: Api,
  id: string,
  onProgress: (progress: EvaluationProgress) => void,
): Promise<PairReport> {
  for (;;) {
    const row = await api.trpc.evaluations.get.query({ id })
    if (row.state === 'failed') throw new CommandFailed(row.error!)
    onProgress(row.progress)
    if (row.state === 'done') return PairReport.parse(row.report)
    await sleep(LOOK_EVERY_MS)
  }
}
