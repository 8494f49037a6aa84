// Outcomes of a pair with known shares, and routers as cross-validation would have left them, with scores and
// decisions that a test chooses.

import type { PairCosts } from '#contract/results/evaluation.ts'
import type { RouterKind } from '#contract/router-kind.ts'
import type { PairAnswers } from '#core/evaluate/deferral.ts'
import type { HeldOut } from '#core/evaluate/held-out.ts'
import { createRandom, shuffle } from '#core/random.ts'

/** How many images of each kind; in an order drawn from the seed. */
export function answersOf(
  counts: { both: number; onlyEdge: number; onlyLocal: number; neither: number },
  seed = 1,
): PairAnswers {
  const pairs = [
    ...new Array(counts.both).fill([1, 1]),
    ...new Array(counts.onlyEdge).fill([0, 1]),
    ...new Array(counts.onlyLocal).fill([1, 0]),
    ...new Array(counts.neither).fill([0, 0]),
  ] as [number, number][]
  const order = Int32Array.from(pairs.keys())
  shuffle(order, createRandom(seed))
  return {
    localRight: Uint8Array.from(order, (row) => pairs[row]![0]),
    edgeRight: Uint8Array.from(order, (row) => pairs[row]![1]),
  }
}

export const gainsOf = ({ localRight, edgeRight }: PairAnswers): number[] =>
  Array.from(localRight, (local, row) => edgeRight[row]! - local)

export const randomScores = (count: number, seed: number): Float64Array => {
  const random = createRandom(seed)
  return Float64Array.from({ length: count }, random)
}

/** Sends the share of highest scores, as a cascade without features unless told otherwise. */
export function heldOutOf(
  kind: RouterKind,
  scores: ArrayLike<number>,
  share: number,
  more: Partial<HeldOut> = {},
): HeldOut {
  const rows = Array.from({ length: scores.length }, (_, row) => row).sort((a, b) => scores[b]! - scores[a]!)
  const offloaded = new Uint8Array(scores.length)
  for (const row of rows.slice(0, Math.round(share * scores.length))) offloaded[row] = 1
  return {
    kind,
    scores: Float64Array.from(scores),
    offloaded,
    sentAfterLocal: new Uint8Array(scores.length).fill(kind === 'forest' || kind === 'random' ? 0 : 1),
    usesFeatures: kind === 'forest',
    operating: [],
    ...more,
  }
}

/** Sending costs the device less than computing, as published. */
export const COSTS: PairCosts = {
  featuresMs: 2,
  featuresJ: 0.05,
  localMs: 30,
  localJ: 0.5,
  edgeMs: 20,
  edgeJ: 0.9,
  uploadMs: 10,
  uploadJ: 0.1,
  uploadSource: 'made up',
}
/** Sending costs more than computing, as over a weak radio. */
export const DEAR_UPLOAD: PairCosts = { ...COSTS, uploadJ: 0.9 }
