// A router of some kind before its threshold is set: it ranks images by how much they need the edge. All that may
// be learnt from images is learnt from its training rows alone, and for these it also knows scores that they had
// no hand in (out-of-bag, cross-fitted, or with nothing learnt): on those a threshold is set. Here too is what
// the rankers read off a row.

import { FEATURE_NAMES, type FeatureName } from '#contract/features.ts'
import type { ConfidenceInput, RouterDocument } from '#contract/router.ts'
import type { RouterKind } from '#contract/router-kind.ts'
import { confidenceFeatures } from '../../route/confidence-features.ts'
import type { ScoredRows } from '../../threshold/routed-point.ts'
import type { PairData } from '../pair-data.ts'
import type { RouterRecipe } from '../router-recipe.ts'

export type FitRecipe = RouterRecipe & { features: readonly FeatureName[] }

/** Scores that the scored rows had no hand in, and what a sending at them would have cost. */
export type Unseen = Pick<ScoredRows, 'scores' | 'sentAfterLocal'>

export interface Ranker {
  documentAt(threshold: number): RouterDocument
  /** Of any row of the data, seen or not; 2 and more goes to the edge whatever the threshold. */
  rankOf(row: number): number
  /** Has the local model run before this row could be sent? */
  sentAfterLocal(row: number): boolean
  /** The training rows, by position among them. */
  unseen: Unseen
}

/** What a ranker is fitted from; those that learn nothing ignore most of it. */
export interface FitTask {
  data: PairData
  rows: readonly number[]
  recipe: FitRecipe
  random: () => number
}

/** All that there are: once the local model has answered, each costs nothing. */
export const LEARNT_INPUTS: readonly ConfidenceInput[] = ['max-softmax', 'margin', 'entropy']

/** Values of a row in the order in which a document counts them: features first, then inputs. */
export function valuesReader(
  data: PairData,
  features: readonly FeatureName[],
  inputs: readonly ConfidenceInput[],
): (row: number) => number[] {
  const columns = features.map((name) => FEATURE_NAMES.indexOf(name))
  return (row) => [
    ...columns.map((column) => data.features[row]![column]!),
    ...confidenceFeatures(inputs, data.localTop[row]!),
  ]
}

/** 1 where the edge model is right and the local one wrong. */
export function labelsOf(data: PairData, rows: readonly number[]): Uint8Array {
  return Uint8Array.from(rows, (row) => (data.localRight[row] === 0 && data.edgeRight[row] === 1 ? 1 : 0))
}

const FEATURE_KINDS: readonly RouterKind[] = ['forest', 'hybrid', 'two-stage']

/** Does every image that this kind routes pay for the extraction of features? */
export function usesFeatures(kind: RouterKind): boolean {
  return FEATURE_KINDS.includes(kind)
}

/** Rows of the data as a threshold is set on them. */
export function scoredRows(
  { data, recipe }: Pick<FitTask, 'data' | 'recipe'>,
  rows: readonly number[],
  unseen: Unseen,
): ScoredRows {
  return {
    ...unseen,
    localRight: Uint8Array.from(rows, (row) => data.localRight[row]!),
    edgeRight: Uint8Array.from(rows, (row) => data.edgeRight[row]!),
    usesFeatures: usesFeatures(recipe.kind),
    costs: data.costs,
  }
}
