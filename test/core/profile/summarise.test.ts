// A profile’s summary counts what was right, finds percentiles by nearest rank, and refuses outcomes that are missing, doubled
// or of another data set.

import { describe, expect, it } from 'vitest'
import type { Outcome } from '#contract/outcome.ts'
import { ProfileSummary } from '#contract/outcome.ts'
import { modelEnergyJ } from '#core/profile/energy-model.ts'
import { nearestRank } from '#core/profile/nearest-rank.ts'
import { rightAnswers } from '#core/profile/right-answers.ts'
import { summariseProfile } from '#core/profile/summarise.ts'

const result = {
  energy: { perImageJ: 0.4, method: 'model' as const, source: '3.5 W from the data sheet' },
  peakMemoryBytes: 1000,
}
const outcome = (index: number, classes: number[], latencyMs = 1): Outcome => ({
  index,
  top: classes.map((one, i) => ({ class: one, p: 0.5 / (i + 1) })),
  latencyMs,
})
// Right at once, right among five, wrong, right at once.
const outcomes = [
  outcome(2, [9, 8], 30),
  outcome(0, [4], 10),
  outcome(1, [1, 2, 3, 4, 5], 20),
  outcome(3, [7, 4], 100),
]
const labels = [4, 5, 6, 7]

describe('summariseProfile()', () => {
  it('counts answers and measures latency', () => {
    const summary = summariseProfile(outcomes, labels, result)
    expect(summary).toEqual({
      images: 4,
      top1: 0.5,
      top5: 0.75,
      latencyMeanMs: 40,
      latencyP50Ms: 20,
      latencyP95Ms: 100,
      latencyP99Ms: 100,
      ...result,
    })
    expect(ProfileSummary.safeParse(summary).success).toBe(true)
  })

  it('refuses no outcomes, and outcomes of another data set', () => {
    expect(() => summariseProfile([], labels, result)).toThrow(/has 0 outcomes/)
    expect(() => summariseProfile([outcome(4, [1])], labels, result)).toThrow('Cannot judge outcome "4"')
  })
})

describe('rightAnswers()', () => {
  it('puts answers in the order of the images', () => {
    expect([...rightAnswers(outcomes, labels)]).toEqual([1, 0, 0, 1])
  })

  it.each([
    ['missing', outcomes.slice(1), 'Cannot judge image "2": has 0 outcomes'],
    ['doubled', [...outcomes, outcomes[0]!], 'Cannot judge image "2": has 2 outcomes'],
  ])('refuses an outcome that is %s', (_, given, words) => {
    expect(() => rightAnswers(given, labels)).toThrow(words)
  })
})

it.each([
  [50, 10],
  [95, 19],
  [99, 20],
  [100, 20],
  [5, 1],
  [0, 1],
])('nearestRank() of 1..20 at %d %% is %d', (percent, expected) => {
  expect(
    nearestRank(
      Float64Array.from({ length: 20 }, (_, i) => i + 1),
      percent,
    ),
  ).toBe(expected)
})

it('modelEnergyJ() is watts times seconds', () => {
  expect(modelEnergyJ(3.5, 200)).toBeCloseTo(0.7, 12)
})
