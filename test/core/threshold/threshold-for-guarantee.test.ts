// The promise itself is tested: in many made-up worlds whose true risk is known in closed form, the kept images'
// risk exceeds alpha in no more than the share delta of them. Scores are uniform in 0..1 and the risk of an image
// at score s is from + slope * s, so that of the images kept below t is from + slope * t / 2.

import { describe, expect, it } from 'vitest'
import { createRandom } from '#core/random.ts'
import { ALWAYS, type ScoredRows } from '#core/threshold/routed-point.ts'
import { setThreshold } from '#core/threshold/set-threshold.ts'
import { costs } from '../train/synthetic-pair.ts'

const WORLDS = 400
/** Three standard deviations of the share of 400 worlds at delta = 0.1. */
const NOISE = 0.045

function drawRows(count: number, riskAt: (score: number) => number, random: () => number): ScoredRows {
  const scores = Float64Array.from({ length: count }, random)
  const localRight = Uint8Array.from(scores, (score) => (random() < riskAt(score) ? 0 : 1))
  const edgeRight = new Uint8Array(count).fill(1)
  return { scores, localRight, edgeRight, sentAfterLocal: 1, usesFeatures: false, costs }
}

describe('setThreshold() by guarantee', () => {
  it.each([
    { name: 'a risk that rises', from: 0.01, slope: 0.3, alpha: 0.1, count: 600, reaches: 0.8 },
    {
      name: 'a risk that rises slowly past alpha',
      from: 0.04,
      slope: 0.04,
      alpha: 0.05,
      count: 900,
      reaches: 0,
    },
    { name: 'a risk that is alpha everywhere', from: 0.1, slope: 0, alpha: 0.1, count: 500, reaches: 0 },
    {
      name: 'a score that is the wrong way round',
      from: 0.2,
      slope: -0.18,
      alpha: 0.12,
      count: 500,
      reaches: 0,
    },
  ])('keeps its promise with $name', ({ from, slope, alpha, count, reaches }) => {
    const policy = { by: 'guarantee', alpha, delta: 0.1 } as const
    let broken = 0
    let met = 0
    for (let world = 0; world < WORLDS; world++) {
      const rows = drawRows(count, (s) => from + slope * s, createRandom(9, world))
      const { threshold, operating } = setThreshold(rows, policy)
      expect(operating.isMet).toBe(threshold !== ALWAYS)
      if (!operating.isMet) continue
      met++
      if (from + (slope * Math.min(1, threshold)) / 2 >= alpha) broken++
    }
    expect(broken / WORLDS).toBeLessThan(policy.delta + NOISE)
    expect(met / WORLDS).toBeGreaterThanOrEqual(reaches)
  })

  it('comes close to the threshold at which the risk is alpha, where rows are many', () => {
    const rows = drawRows(20_000, (s) => 0.3 * s, createRandom(4))
    const { threshold } = setThreshold(rows, { by: 'guarantee', alpha: 0.1, delta: 0.05 })
    expect(threshold).toBeGreaterThan(0.6)
    expect(threshold).toBeLessThan(2 / 3)
  })

  it.each([
    ['no rows', 0, 0, 'none of 0'],
    ['too few rows for any bound below alpha', 20, 0, 'none of 20'],
    ['a local model that is always wrong', 300, 1, 'none of 300'],
  ])('keeps no image given %s, and says so', (_, count, risk, words) => {
    const rows = drawRows(count, () => risk, createRandom(5))
    const { threshold, operating } = setThreshold(rows, { by: 'guarantee', alpha: 0.05, delta: 0.05 })
    expect(threshold).toBe(ALWAYS)
    expect(operating.isMet).toBe(false)
    expect(operating.words).toContain(words)
  })

  it('counts no error where the edge is wrong too', () => {
    const rows = { ...drawRows(300, () => 1, createRandom(6)), edgeRight: new Uint8Array(300) }
    const { offloadShare, operating } = setThreshold(rows, { by: 'guarantee', alpha: 0.05, delta: 0.05 })
    expect(offloadShare).toBe(0)
    expect(operating.isMet).toBe(true)
  })
})
