// Trains a router in a child process and waits for its document and evaluation.

import type { trainRouter } from '#core/train/train-router.ts'
import { askChild } from '#platform/ask-child.ts'
import { Refusal } from '../refusal.ts'
import type { Computed } from './core-refusal.ts'

type Arguments = Parameters<typeof trainRouter>
type Trained = ReturnType<typeof trainRouter>

export interface TrainQuestion {
  readonly data: Arguments[0]
  readonly options: Arguments[1]
}

/** 1,345 images take 1 s; 50,000 a minute. */
const TRAINING_DEADLINE_MS = 30 * 60_000

/** Throws a Refusal with the core's words where these images cannot train a router. */
export async function trainInChild(question: TrainQuestion): Promise<Trained> {
  const entry = new URL('./train-process.ts', import.meta.url)
  const result = await askChild<Computed<Trained>>(entry, question, TRAINING_DEADLINE_MS)
  if (result.end !== 'answered')
    throw new Error(
      `the training process ended without a router: ${result.end === 'died' ? result.how : result.end}`,
    )
  if (result.answer.ok) return result.answer.value
  throw new Refusal('invalid', result.answer.words)
}
