// Trains a router in a child process and waits for its document and evaluation.

import type { PairData, TrainOptions, trainRouter } from '#core/train/train-router.ts'
import { askChild } from '#platform/ask-child.ts'

/** 1,345 images take 1 s; 50,000 a minute. */
const TRAINING_DEADLINE_MS = 30 * 60_000

export async function trainInChild(
  data: PairData,
  options: TrainOptions,
): Promise<ReturnType<typeof trainRouter>> {
  const entry = new URL('./train-process.ts', import.meta.url)
  const result = await askChild<ReturnType<typeof trainRouter>>(
    entry,
    { data, options },
    TRAINING_DEADLINE_MS,
  )
  if (result.end === 'answered') return result.answer
  throw new Error(
    `the training process ended without a router: ${result.end === 'died' ? result.how : result.end}`,
  )
}
