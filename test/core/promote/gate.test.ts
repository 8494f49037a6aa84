// What the gate lets through and what it refuses, in the words that a person reads; evaluations of older builds still pass
// through it.

import { expect, it } from 'vitest'
import { Evaluation } from '#contract/results/evaluation.ts'
import { promotionGate } from '#core/promote/gate.ts'
import { trainRouter } from '#core/train/train-router.ts'
import { syntheticPair } from '../train/synthetic-pair.ts'

const { evaluation } = trainRouter(syntheticPair(60, { signal: 1, seed: 1 }), {
  kind: 'confidence',
  policy: { by: 'offload', target: 0.3 },
  seed: 1,
  folds: 2,
  featureChoice: 'paper',
})
const judged = (low: number, value: number, high: number, change: Partial<Evaluation> = {}): Evaluation => ({
  ...evaluation,
  dgc: { low, value, high },
  verdict: { ...evaluation.verdict, beatsChance: low > 0 },
  ...change,
})
const refusal = (reasons: string) => ({ ok: false, words: `Cannot promote router "confidence": ${reasons}` })
const ofInterval = (figures: string) => `its DGC is ${figures}, expected all of it above 0`
const sendsNothing = {
  strategies: evaluation.strategies.map((one) => ({ ...one, offloadShare: one.name === 'router' ? 0 : 0.5 })),
}
const overRandom = (low: number, value: number, high: number) => ({
  equalEnergy: { ...evaluation.equalEnergy!, deviceEnergyJ: 0.7, overRandom: { low, value, high } },
})

it.each<[string, Evaluation, object]>([
  ['passes an interval above 0', judged(0.1, 0.2, 0.3), { ok: true }],
  [
    'refuses an interval that contains 0',
    judged(-0.05, 0.02, 0.09),
    refusal(`${ofInterval('0.02 with a 95 % interval of -0.05 to 0.09')}.`),
  ],
  [
    'refuses one that touches 0',
    judged(0, 0.1, 0.2),
    refusal(`${ofInterval('0.10 with a 95 % interval of 0.00 to 0.20')}.`),
  ],
  [
    'refuses one below 0',
    judged(-0.4, -0.3, -0.2),
    refusal(`${ofInterval('-0.30 with a 95 % interval of -0.40 to -0.20')}.`),
  ],
  [
    'refuses where the verdict does',
    judged(0.1, 0.2, 0.3, {
      verdict: { beatsChance: false, words: 'Not better than chance: nothing to find.' },
    }),
    refusal('Not better than chance: nothing to find.'),
  ],
  [
    'refuses a router that sends nothing, however good its order',
    judged(0.1, 0.2, 0.3, sendsNothing),
    refusal('it offloads no image at its threshold, expected some.'),
  ],
  [
    'refuses where lots reach more for the same energy',
    judged(0.1, 0.2, 0.3, overRandom(-0.03, -0.02, -0.01)),
    refusal(
      'at the energy that it costs, 0.7 J an image, sending by lot reaches 2.0 points more (95 % 1.0 to 3.0), expected less.',
    ),
  ],
  ['passes where lots may reach as much', judged(0.1, 0.2, 0.3, overRandom(-0.03, -0.01, 0)), { ok: true }],
  [
    'tells all reasons at once',
    judged(-0.4, -0.3, -0.2, sendsNothing),
    refusal(
      `${ofInterval('-0.30 with a 95 % interval of -0.40 to -0.20')}; it offloads no image at its threshold, expected some.`,
    ),
  ],
])('promotionGate() %s', (_, given, answer) => {
  expect(promotionGate(given)).toEqual(answer)
})

it('promotionGate() refuses figures that are not numbers', () => {
  const verdict = { ...evaluation.verdict, beatsChance: true }
  expect(promotionGate(judged(Number.NaN, Number.NaN, Number.NaN, { verdict }))).toMatchObject({ ok: false })
})

it('promotionGate() reads evaluations that were stored before there was more to tell', () => {
  const { audc, policy, operating, dgcOverConfidence, equalEnergy, featureSelection, ...before } = evaluation
  const stored = Evaluation.parse({
    ...before,
    deferralCurve: before.deferralCurve.map(({ offload, top1 }) => ({ offload, top1 })),
    verdict: { beatsChance: true, words: 'Better than chance.' },
  })
  expect(promotionGate(stored)).toEqual({ ok: true })
})
