// The gate before a router is promoted: it must have shown, on held-out folds, that it is better than drawing
// lots. Where the 95 % interval of its DGC reaches 0, the fleet would pay for features and gain what a coin
// gains. A refusal is an answer with its reason; whether an admin may override it is not decided here.

import type { Evaluation } from '#contract/evaluation.ts'
import { figure } from '../evaluate/verdict.ts'

export type GateAnswer = { ok: true } | { ok: false; words: string }

export function promotionGate(evaluation: Evaluation): GateAnswer {
  const { dgc, verdict } = evaluation
  // Written so that a figure that is not a number refuses too.
  if (dgc.low > 0 && verdict.beatsChance) return { ok: true }
  const interval = `${figure(dgc.low)} to ${figure(dgc.high)}`
  const finding =
    dgc.low > 0
      ? verdict.words
      : `its DGC is ${figure(dgc.value)} with a 95 % interval of ${interval}, expected all of it above 0.`
  return { ok: false, words: `Cannot promote router "${evaluation.kind}": ${finding}` }
}
