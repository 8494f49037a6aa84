// The gate before a router is promoted: it must have shown, on held-out folds, that it is better than drawing lots.
// Where the 95 % interval of its DGC reaches 0, the fleet would pay for features and gain what a coin gains; where it
// sends nothing, it is the local model and no more; where lots reach more for the same energy of the device, its
// price is above its worth. All that speaks against it is told at once. A refusal is an answer with its reason;
// whether an admin may override it is not decided here.

import type { Evaluation } from '#contract/results/evaluation.ts'
import { figure, joules, points } from '../report/words.ts'

export type GateAnswer = { ok: true } | { ok: false; words: string }

export function promotionGate(evaluation: Evaluation): GateAnswer {
  const reasons = reasonsAgainst(evaluation)
  if (reasons.length === 0 && evaluation.verdict.beatsChance) return { ok: true }
  const finding = reasons.length > 0 ? `${reasons.join('; ')}.` : evaluation.verdict.words
  return { ok: false, words: `Cannot promote router "${evaluation.kind}": ${finding}` }
}

function reasonsAgainst({ dgc, strategies, equalEnergy }: Evaluation): string[] {
  const reasons: string[] = []
  // Written so that a figure that is not a number refuses too.
  if (!(dgc.low > 0)) {
    const interval = `${figure(dgc.low)} to ${figure(dgc.high)}`
    reasons.push(
      `its DGC is ${figure(dgc.value)} with a 95 % interval of ${interval}, expected all of it above 0`,
    )
  }
  if (strategies.find(({ name }) => name === 'router')?.offloadShare === 0)
    reasons.push('it offloads no image at its threshold, expected some')
  const over = equalEnergy?.overRandom
  if (over != null && over.high < 0)
    reasons.push(
      `at the energy that it costs, ${joules(equalEnergy!.deviceEnergyJ)} an image, sending by lot reaches ` +
        `${points(-over.value)} points more (95 % ${points(-over.high)} to ${points(-over.low)}), expected less`,
    )
  return reasons
}
