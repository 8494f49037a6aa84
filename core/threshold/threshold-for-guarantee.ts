// The least offload with a promise: with confidence 1 - delta, at most the share alpha of the kept images are
// wrong where the edge is right (selective risk: Geifman and El-Yaniv 2017). Many thresholds tried on the same
// rows would each get a chance to pass by luck, so they are tested in a sequence fixed beforehand, from the most
// careful upwards, each by its own Clopper-Pearson bound, until the first failure (fixed-sequence testing:
// Angelopoulos et al., Learn then Test, 2021). That costs no correction, whatever the number of thresholds.
// How many rows a threshold keeps, and so where the sequence begins, depends on the scores; the promise stays
// exact as long as the kept images' risk does not fall as the threshold rises. It holds only for scores that
// these rows had no hand in, and for images drawn as these rows were.

import type { OperatingPoint } from '#contract/results/threshold-policy.ts'
import { decide } from '../route/score.ts'
import { binomialCdf, clopperPearsonUpper } from './clopper-pearson.ts'
import { percent } from './percent.ts'
import { ALWAYS, NEVER, type ScoredRows } from './routed-point.ts'

export interface RiskPromise {
  alpha: number
  delta: number
}

/** Scores lie in 0..1; finer steps would part fewer images than a few thousand rows can tell apart. */
const STEPS = 200
/**
 * The sequence begins at this share of rows kept. Just enough rows for a bound below alpha would be too early: one
 * error among them ends it. With 1000 rows and a risk that rises from 1 %, half of all simulated runs ended so;
 * from a fifth on one in twenty. A promise that offloads more than four fifths is hardly worth a router.
 */
const FIRST_KEPT_SHARE = 0.2

export function thresholdForGuarantee(rows: ScoredRows, promise: RiskPromise): number {
  const grid = Array.from({ length: STEPS }, (_, i) => (i + 1) / STEPS)
  const first = Math.max(leastKept(promise), FIRST_KEPT_SHARE * rows.scores.length)
  let passed = ALWAYS
  for (const threshold of [...grid, NEVER]) {
    const kept = keptAt(rows, threshold)
    if (kept.count < first) continue
    if (!isCertain(kept, promise)) break
    passed = threshold
  }
  return passed
}

/** So many without one error, and the bound is alpha: (1 - alpha)^n = delta. */
function leastKept({ alpha, delta }: RiskPromise): number {
  return Math.log(delta) / Math.log1p(-alpha)
}

interface Kept {
  count: number
  /** Wrong where the edge is right. */
  errors: number
}

function keptAt({ scores, localRight, edgeRight }: ScoredRows, threshold: number): Kept {
  let count = 0
  let errors = 0
  for (let row = 0; row < scores.length; row++) {
    if (decide(scores[row]!, threshold)) continue
    count++
    if (localRight[row] === 0 && edgeRight[row] === 1) errors++
  }
  return { count, errors }
}

/** The same as a Clopper-Pearson bound of at most alpha, in one step. */
function isCertain({ count, errors }: Kept, { alpha, delta }: RiskPromise): boolean {
  return binomialCdf(errors, count, alpha) <= delta
}

/** One threshold judged by itself: also right for a router that has no choice of it. */
export function judgeGuarantee(
  rows: ScoredRows,
  threshold: number,
  promise: RiskPromise,
): Omit<OperatingPoint, 'policy'> {
  const kept = keptAt(rows, threshold)
  const total = rows.scores.length
  const wanted = `at most ${percent(promise.alpha)} of kept images wrong where the edge is right, with confidence ${percent(1 - promise.delta)}`
  if (kept.count === 0)
    return { isMet: false, words: `Cannot promise ${wanted}: none of ${total} calibration images is kept.` }
  const bound = clopperPearsonUpper(kept.errors, kept.count, promise.delta)
  const counted = `${kept.errors} of ${kept.count} kept calibration images are, so at most ${percent(bound)}`
  const isMet = isCertain(kept, promise)
  const offloads = `offloading ${percent(1 - kept.count / total)}`
  return {
    isMet,
    words: isMet
      ? `Promises ${wanted}: ${counted}; ${offloads}.`
      : `Cannot promise ${wanted}: ${counted}; ${offloads}.`,
  }
}
