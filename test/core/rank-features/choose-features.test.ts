// The whole selection: what must survive survives, every table fits the next, and odd data sets have answers.

import { describe, expect, it } from 'vitest'
import { FEATURE_NAMES, type FeatureName } from '#contract/features.ts'
import { FeatureSelection } from '#contract/results/feature-selection.ts'
import { chooseFeatures } from '#core/rank-features/choose-features.ts'
import { everyFeature, labelledRows } from './labelled-rows.ts'

/** Small forests: enough where one feature tells all. */
const QUICK = { seed: 3, trees: 10 }
const columnOf = (name: FeatureName) => FEATURE_NAMES.indexOf(name)
const inListOrder = (names: readonly FeatureName[]) => [...names].sort((a, b) => columnOf(a) - columnOf(b))

const signal = labelledRows(300, {
  hue3: ({ hidden }) => hidden * 100,
  // Says the same as edge_angle2, which is itself weakly told by what is hidden.
  edge_angle2: ({ hidden, noise }) => hidden + 3 * noise(),
  hue7: ({ values }) => 5 - 2 * values[columnOf('edge_angle2')]!,
  contrast: () => 4.2,
})

describe('chooseFeatures() where one feature tells the label', () => {
  const selection = chooseFeatures(signal, QUICK)

  it('ranks that feature first, keeps it and misses it most', () => {
    const [first] = selection.ranking
    expect(first).toMatchObject({ feature: 'hue3', rfeRank: 1, chiSquaredRank: 1, rankSum: 2 })
    expect(selection.selected).toContain('hue3')
    const [most, second] = selection.importance.toSorted((a, b) => b.aucLoss - a.aucLoss)
    expect(most!.feature).toBe('hue3')
    expect(most!.aucLoss).toBeGreaterThan(0.1)
    expect(Math.abs(second!.aucLoss)).toBeLessThan(0.02)
  })

  it('prunes the later of a feature and its mirror image', () => {
    const [group, ...others] = selection.pruned
    expect(others).toEqual([])
    expect(group!.kept).toBe('edge_angle2')
    expect(group!.dropped).toEqual([{ feature: 'hue7', r: expect.closeTo(-1, 12) }])
  })

  it('passes over a constant feature, which tells nothing', () => {
    expect(selection.correlation[columnOf('contrast')]!.every((r) => r === 0)).toBe(true)
    const ranked = selection.ranking.find(({ feature }) => feature === 'contrast')
    expect(ranked).toMatchObject({ chiSquared: 0, chiSquaredRank: selection.ranking.length })
    expect(selection.afterRanking).not.toContain('contrast')
  })

  it('is valid by contract and each table fits the next', () => {
    expect(FeatureSelection.parse(selection)).toEqual(selection)
    const { pruned, afterPruning, ranking, afterRanking, ablation, selected } = selection
    expect(selection.rows).toBe(300)
    const gone = pruned.flatMap(({ dropped }) => dropped.map(({ feature }) => feature))
    expect(afterPruning).toEqual(FEATURE_NAMES.filter((name) => !gone.includes(name)))
    expect(inListOrder(ranking.map(({ feature }) => feature))).toEqual(afterPruning)
    for (const ranks of [ranking.map((row) => row.rfeRank), ranking.map((row) => row.chiSquaredRank)])
      expect(ranks.toSorted((a, b) => a - b)).toEqual(ranking.map((_, i) => i + 1))
    expect(afterRanking).toEqual(inListOrder(ranking.slice(0, 10).map(({ feature }) => feature)))
    expect(ablation.map(({ without }) => without.length)).toEqual([10, 9, 8])
    let left: readonly FeatureName[] = afterRanking
    for (const step of ablation) {
      expect(step.without.map(({ feature }) => feature)).toEqual(left)
      const best = Math.max(...step.without.map(({ auc }) => auc))
      expect(step.without.find(({ feature }) => feature === step.dropped)!.auc).toBe(best)
      left = left.filter((name) => name !== step.dropped)
    }
    expect(selected).toEqual(left)
    expect(selection.importance.map(({ feature }) => feature)).toEqual(selected)
  })

  it('is the same bytes for the same seed, and other draws for another seed or stream', () => {
    const again = JSON.stringify(chooseFeatures(signal, QUICK))
    expect(again).toBe(JSON.stringify(selection))
    for (const other of [{ seed: 4 }, { stream: 1 }]) {
      const drawn = chooseFeatures(signal, { ...QUICK, ...other })
      expect(drawn.correlation).toEqual(selection.correlation)
      expect(drawn.ablation).not.toEqual(selection.ablation)
    }
  })

  it('does not mind the scale of a feature', () => {
    // By a power of two, so that scaling is exact.
    const rows = signal.rows.map((row) => row.map((value) => value * 1024))
    const { selected, ablation } = chooseFeatures({ ...signal, rows }, QUICK)
    expect({ selected, ablation }).toEqual({ selected: selection.selected, ablation: selection.ablation })
  })
})

describe('chooseFeatures() of odd data', () => {
  it('of 29 copies keeps the first', () => {
    const copies = labelledRows(
      60,
      everyFeature(({ hidden }) => hidden),
    )
    const { pruned, selected, ablation, importance } = chooseFeatures(copies, QUICK)
    expect(pruned).toEqual([
      {
        kept: 'n_keypoints',
        dropped: FEATURE_NAMES.slice(1).map((feature) => ({ feature, r: expect.closeTo(1, 12) })),
      },
    ])
    expect({ selected, ablation }).toEqual({ selected: ['n_keypoints'], ablation: [] })
    // Without its only feature a forest is a coin.
    expect(importance[0]!.aucLoss).toBeCloseTo(0.5, 1)
  })

  it.each([
    ['one constant for all', everyFeature(() => 1), FEATURE_NAMES.slice(0, 7)],
    [
      'all constant but two',
      { ...everyFeature(() => 1), hue2: undefined, aspect_ratio: undefined },
      ['hue2', 'aspect_ratio'],
    ],
  ])('%s', (_, making, expected) => {
    const made = Object.fromEntries(Object.entries(making).filter(([, make]) => make !== undefined))
    expect(chooseFeatures(labelledRows(60, made), QUICK).selected).toEqual(expected)
  })

  it.each([0, 1])('with every label %d keeps the first of the list', (label) => {
    const { rows } = labelledRows(80)
    const labels = new Uint8Array(80).fill(label)
    const { selected, ranking, importance } = chooseFeatures({ rows, labels }, QUICK)
    expect(ranking.map(({ feature }) => feature)).toEqual([...FEATURE_NAMES])
    expect(selected).toEqual(FEATURE_NAMES.slice(0, 7))
    expect(importance.every(({ aucLoss, accuracyLoss }) => aucLoss === 0 && accuracyLoss === 0)).toBe(true)
  })

  it('of a single row has an answer', () => {
    const { rows, labels } = labelledRows(1)
    expect(chooseFeatures({ rows, labels }, QUICK).selected).toEqual(FEATURE_NAMES.slice(0, 7))
  })

  it.each([
    ['no rows', { rows: [], labels: new Uint8Array(0) }, {}, 'are 0 rows and 0 labels'],
    ['a label too few', { ...signal, labels: new Uint8Array(2) }, {}, 'are 300 rows and 2 labels'],
    ['a short row', { rows: [[1, 2]], labels: new Uint8Array(1) }, {}, 'row 0 is not 29 finite numbers'],
    ['none to keep', signal, { kept: 0 }, '"kept" is 0, expected 1 or more'],
    ['half a feature', signal, { ranked: 2.5 }, '"ranked" is 2.5, expected 1 or more'],
    ['r over 1', signal, { pruneAbove: 75 }, '"pruneAbove" is 75, expected 0 to 1'],
  ])('%s is refused', (_, samples, options, words) => {
    expect(() => chooseFeatures(samples, { ...QUICK, ...options })).toThrow(words)
  })
})
