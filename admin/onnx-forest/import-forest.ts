// Imports an ONNX forest as a router in a child process, with a deadline: the file may be crafted to hang or to bloat
// whoever reads it.

import type { PairData } from '#core/train/pair-data.ts'
import type { TrainedRouter } from '#core/train/train-router.ts'
import { askChild, type ChildWatch } from '#platform/ask-child.ts'
import type { Computed } from '../jobs/core-refusal.ts'
import { Refusal } from '../refusal.ts'
import type { JudgeForestOptions } from './judge-forest.ts'

export interface ImportQuestion {
  readonly bytes: Uint8Array
  /** Names in the order of the file's input; those noted in the file where left out. */
  readonly features?: readonly string[] | undefined
  readonly data: PairData
  readonly options: JudgeForestOptions
}

type Imported = TrainedRouter & { readonly labels: readonly [string, string] }
export type ImportAnswer = Computed<Imported>

/** A million nodes and 50,000 images take a minute; ten are a hang. */
const IMPORT_DEADLINE_MS = 10 * 60_000

/** Throws a Refusal with the reason where the file is no forest of two classes, or these images cannot judge it. */
export async function importForest(
  question: ImportQuestion,
  watch: Pick<ChildWatch<never>, 'signal' | 'niceness'> = {},
): Promise<Imported> {
  const entry = new URL('./import-forest-process.ts', import.meta.url)
  const result = await askChild<ImportAnswer>(entry, question, IMPORT_DEADLINE_MS, watch)
  if (result.end !== 'answered') {
    const why = result.end === 'died' ? `reading it ended the process (${result.how})` : 'it took too long'
    throw new Refusal('invalid', `Cannot import forest: ${why}`)
  }
  if (result.answer.ok) return result.answer.value
  throw new Refusal('invalid', result.answer.words)
}
