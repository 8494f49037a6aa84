// One training in a process of its own: seconds to minutes of arithmetic must not hold up a manifest poll.

import type { WorkProgress } from '#contract/api/jobs.ts'
import type { BySteps } from '#core/steps.ts'
import { usesFeatures } from '#core/train/fit/ranker.ts'
import type { PairData } from '#core/train/pair-data.ts'
import { type TrainOptions, trainRouterBySteps } from '#core/train/train-router.ts'
import { answerBySteps } from './answer-by-steps.ts'

export interface TrainQuestion {
  readonly data: PairData
  readonly options: TrainOptions
}

answerBySteps(({ data, options }: TrainQuestion, onProgress) =>
  counted(trainRouterBySteps(data, options), stepsOf(options), onProgress),
)

/** Choices of features, the folds of its own kind and of confidence, the resamples and the router itself. */
function stepsOf({ kind, folds, featureChoice }: TrainOptions): number {
  const choices = featureChoice === 'nested' && usesFeatures(kind) ? folds + 1 : 0
  return choices + folds * (kind === 'confidence' ? 1 : 2) + 2
}

function* counted<T>(
  work: BySteps<T>,
  total: number,
  onProgress: (progress: WorkProgress) => void,
): BySteps<T> {
  let at = work.next()
  for (let done = 0; !at.done; done++) {
    onProgress({ step: 'train', done, total })
    at = work.next(yield at.value)
  }
  onProgress({ step: 'train', done: total, total })
  return at.value
}
