import { expect, it } from 'vitest'
import { promotionGate } from '#core/promote/gate.ts'
import { trainRouter } from '#core/train/train-router.ts'
import { syntheticPair } from '../train/synthetic-pair.ts'

const { evaluation } = trainRouter(syntheticPair(60, { signal: 1, seed: 1 }), {
  kind: 'confidence',
  seed: 1,
  offloadTarget: 0.3,
  folds: 2,
})
const judged = (low: number, value: number, high: number, beatsChance = low > 0) => ({
  ...evaluation,
  dgc: { low, value, high },
  verdict: { beatsChance, words: 'Not better than chance: nothing to find.' },
})
const interval = (figures: string) =>
  `Cannot promote router "confidence": its DGC is ${figures}, expected all of it above 0.`

it.each([
  ['passes an interval above 0', judged(0.1, 0.2, 0.3), { ok: true }],
  [
    'refuses an interval that contains 0',
    judged(-0.05, 0.02, 0.09),
    { ok: false, words: interval('0.02 with a 95 % interval of -0.05 to 0.09') },
  ],
  [
    'refuses one that touches 0',
    judged(0, 0.1, 0.2),
    { ok: false, words: interval('0.10 with a 95 % interval of 0.00 to 0.20') },
  ],
  [
    'refuses one below 0',
    judged(-0.4, -0.3, -0.2),
    { ok: false, words: interval('-0.30 with a 95 % interval of -0.40 to -0.20') },
  ],
  [
    'refuses where the verdict does',
    judged(0.1, 0.2, 0.3, false),
    { ok: false, words: 'Cannot promote router "confidence": Not better than chance: nothing to find.' },
  ],
])('promotionGate() %s', (_, given, answer) => {
  expect(promotionGate(given)).toEqual(answer)
})

it('promotionGate() refuses figures that are not numbers', () => {
  expect(promotionGate(judged(Number.NaN, Number.NaN, Number.NaN, true))).toMatchObject({ ok: false })
})
