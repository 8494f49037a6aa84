// Bounds on a rollout's quality; what they say of disagreement, which comes from few images, above all.

import { describe, expect, test } from 'vitest'
import type { QualityFigures } from '#contract/rollout.ts'
import { judgeQuality, wordsForBroken } from '#core/promote/judge-quality.ts'

const figures = (more: Partial<QualityFigures>): QualityFigures => ({
  decisions: 1_000,
  offloadShare: 0.3,
  fallbackShare: 0,
  edgeFailureShare: 0,
  latencyP95Ms: 20,
  disagreement: null,
  ...more,
})

const verdict = (more: Partial<QualityFigures>, disagreementMax = 0.1) =>
  judgeQuality({ disagreementMax }, figures(more), 100)[0]!.verdict

describe('the bound on disagreement', () => {
  test.each<[string, Partial<QualityFigures>, string]>([
    ['is not judged where nothing was audited', { audits: 0 }, 'not judged'],
    ['is kept by a share below it', { disagreement: 0.05, audits: 200 }, 'within'],
    [
      'is not broken by one of the first three: that may be chance',
      { disagreement: 1 / 3, audits: 3 },
      'within',
    ],
    ['is broken once chance is no excuse', { disagreement: 0.2, audits: 100 }, 'broken'],
    [
      'is not broken by a share that is a little above, from few',
      { disagreement: 0.12, audits: 100 },
      'within',
    ],
    ['is broken by the same share from many', { disagreement: 0.12, audits: 5_000 }, 'broken'],
    [
      'is not judged before there are enough decisions',
      { disagreement: 1, audits: 50, decisions: 99 },
      'not judged',
    ],
    ['is judged by the share alone where an older build told no number', { disagreement: 0.2 }, 'broken'],
  ])('%s', (_, more, expected) => {
    expect(verdict(more)).toBe(expected)
  })

  test('of 0 is broken by the first disagreement', () => {
    expect(verdict({ disagreement: 0.001, audits: 1_000 }, 0)).toBe('broken')
    expect(verdict({ disagreement: 0, audits: 1_000 }, 0)).toBe('within')
  })

  test('is told with what was seen', () => {
    const lines = judgeQuality({ disagreementMax: 0.1 }, figures({ disagreement: 0.5, audits: 40 }), 100)
    expect(wordsForBroken(lines, 1_000)).toBe('disagreement is 0.5, expected at most 0.1 (1000 decisions)')
  })
})
