// Against scikit-learn, whose figures lie in fixtures/ (made by bench/sklearn/forest.py): one tree without chance
// makes the same cuts; forests, which draw other numbers, are as good on unseen rows within noise.

import { describe, expect, it } from 'vitest'
import { auc } from '#core/evaluate/auc.ts'
import { balancedWeights } from '#core/forest/best-cut.ts'
import { growTree } from '#core/forest/cart.ts'
import { growForest } from '#core/forest/forest.ts'
import { rankTable } from '#core/forest/ranked-table.ts'
import { createRandom } from '#core/random.ts'
import { forestScore } from '#core/route/forest-score.ts'
import breastCancer from './fixtures/sklearn-breast-cancer.json' with { type: 'json' }
import imbalanced from './fixtures/sklearn-imbalanced.json' with { type: 'json' }
import noisyMoons from './fixtures/sklearn-noisy-moons.json' with { type: 'json' }
import exact from './fixtures/sklearn-tree.json' with { type: 'json' }

const SEEDS = 10
/** Beside three standard errors: what one split of a few hundred rows cannot tell apart. */
const MARGIN = 0.002

function unpack(packed: { width: number; rows: string; labels: string }) {
  const bytes = Uint8Array.from(Buffer.from(packed.rows, 'base64'))
  const values = new Float32Array(bytes.buffer)
  const labels = Uint8Array.from(packed.labels, Number)
  const rows = Array.from(labels, (_, i) =>
    Float64Array.from(values.subarray(i * packed.width, (i + 1) * packed.width)),
  )
  return { rows, labels }
}

it('growTree() with all features and rows makes the cuts of a DecisionTreeClassifier', () => {
  const { rows, labels } = unpack(exact)
  const tree = growTree(rankTable(rows, labels), Int32Array.from(rows.keys()), {
    depth: exact.depth,
    minLeaf: exact.minLeaf,
    featuresPerSplit: exact.width,
    weights: balancedWeights(labels),
    random: createRandom(1),
  })
  expect(tree.feature).toEqual(exact.tree.feature)
  for (const [node, feature] of tree.feature.entries()) {
    if (feature < 0) {
      expect(Math.abs(tree.value[node]! - exact.tree.value[node]!)).toBeLessThan(1e-9)
      continue
    }
    expect(Math.abs(tree.threshold[node]! - exact.tree.threshold[node]!)).toBeLessThan(1e-9)
    expect([tree.left[node], tree.right[node]]).toEqual([exact.tree.left[node], exact.tree.right[node]])
  }
})

describe('growForest() tells unseen rows apart as RandomForestClassifier does', () => {
  it.each([breastCancer, imbalanced, noisyMoons])('$name: AUC $aucMean', (fixture) => {
    const { rows, labels } = unpack(fixture)
    const isTest = (i: number) => i % fixture.testEvery === fixture.testEvery - 1
    const training = rankTable(
      rows.filter((_, i) => !isTest(i)),
      labels.filter((_, i) => !isTest(i)),
    )
    const test = rows.filter((_, i) => isTest(i))
    const testLabels = labels.filter((_, i) => isTest(i))
    const scaler = { min: Array(fixture.width).fill(0), max: Array(fixture.width).fill(1) }
    const aucs = Array.from({ length: SEEDS }, (_, seed) => {
      const { trees } = growForest(training, { trees: 100, depth: 4, minLeaf: 1, random: createRandom(seed) })
      return auc(
        test.map((row) => forestScore({ scaler, trees }, row)),
        testLabels,
      )
    })
    const mean = aucs.reduce((sum, value) => sum + value, 0) / SEEDS
    const variance = aucs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (SEEDS - 1)
    const standardError = Math.sqrt(variance / SEEDS + fixture.aucSd ** 2 / fixture.seeds)
    expect(Math.abs(mean - fixture.aucMean)).toBeLessThan(3 * standardError + MARGIN)
  })
})
