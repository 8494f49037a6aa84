// Training a router of the selected pair: the job's input and its work.

import { z } from 'zod'
import { Duplicates, Folds, Seed } from '#contract/results/evaluation-options.ts'
import { FeatureChoice } from '#contract/results/pair-report.ts'
import { ThresholdPolicy } from '#contract/results/threshold-policy.ts'
import { RouterKind } from '#contract/router-kind.ts'
import type { TrainedRouter } from '#core/train/train-router.ts'
import { computeBySteps } from '../compute/compute-by-steps.ts'
import type { TrainQuestion } from '../compute/train-process.ts'
import { loadPair } from '../pair-data.ts'
import type { JobWork } from './job-port.ts'
import { storeRouter } from './store-router.ts'

export const TrainingInput = z.object({
  /** Settled when it was asked for: what is newest may be another one by now. */
  selection: z.string(),
  kind: RouterKind,
  policy: ThresholdPolicy,
  folds: Folds,
  seed: Seed,
  featureChoice: FeatureChoice,
  duplicates: Duplicates,
})
export type TrainingInput = z.infer<typeof TrainingInput>

/** 1,345 images take 1 s; 50,000 a minute. */
const TRAINING_DEADLINE_MS = 30 * 60_000

export const train: JobWork = async (port) => {
  const { selection, kind, ...common } = TrainingInput.parse(port.job.input)
  const pair = await loadPair(port.db, selection, 'train')
  const question: TrainQuestion = { data: pair.data, options: { kind, ...common } }
  const entry = new URL('../compute/train-process.ts', import.meta.url)
  const trained = await computeBySteps<TrainedRouter>(port, entry, question, TRAINING_DEADLINE_MS)
  const store = await storeRouter(port, pair, trained, { ...pair.jobs, ...common })
  return async (tx) => {
    const { id, version } = await store(tx)
    return { router: id, version }
  }
}
