// A trained router as ONNX, run by the real ONNX Runtime: the same branches, so the same scores in float32.

import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { readOnnxForest } from '#admin/onnx-forest/read-onnx-forest.ts'
import { type ForestToWrite, writeOnnxForest } from '#admin/onnx-forest/write-onnx-forest.ts'
import type { Scaler } from '#contract/router.ts'
import { growForest } from '#core/forest/forest.ts'
import { rankTable } from '#core/forest/ranked-table.ts'
import { rawTrees } from '#core/forest/raw-trees.ts'
import { createRandom } from '#core/random.ts'
import { forestScore, scaleRow, treeScore } from '#core/route/forest-score.ts'
import { fitScaler } from '#core/train/min-max-scaler.ts'

/** A count, a share, a large number with a far zero, a constant, a tiny one. */
const FEATURES = ['count', 'share', 'large', 'constant', 'tiny']

function randomRow(random: () => number): number[] {
  return [Math.floor(500 * random() ** 3), random(), 1e6 + 300 * random(), 42, 1e-12 * (random() - 0.5)]
}

function trained(treeCount: number): ForestToWrite & { scaler: Scaler } {
  const random = createRandom(6)
  const rows = Array.from({ length: 1200 }, () => randomRow(random))
  const scaler = fitScaler(rows)
  const labels = Uint8Array.from(rows, ([count, share, large, , tiny]) =>
    count! / 500 + share! * 0.5 + (large! - 1e6) / 900 + tiny! * 3e11 + 0.3 * random() > 0.85 ? 1 : 0,
  )
  const table = rankTable(
    rows.map((row) => scaleRow(scaler, row)),
    labels,
  )
  const { trees } = growForest(table, {
    trees: treeCount,
    depth: 5,
    minLeaf: 3,
    random: createRandom(treeCount),
  })
  return { features: FEATURES, featuresVersion: 1, threshold: 0.37, scaler, trees }
}

/** Random rows, half of them with values at thresholds or one double above. */
function rowsFor(forest: ForestToWrite, count: number): number[][] {
  const raw = rawTrees(forest)
  const bits = new Float64Array(1)
  const next = new BigInt64Array(bits.buffer)
  const above = (x: number) => {
    bits[0] = x
    next[0] = next[0]! + (x > 0 ? 1n : -1n)
    return bits[0]!
  }
  const thresholds = FEATURES.map((_, f) =>
    raw.flatMap((tree) => tree.threshold.filter((t, node) => tree.feature[node] === f && t !== 0)),
  )
  const random = createRandom(8)
  return Array.from({ length: count }, (_, i) =>
    randomRow(random).map((value, f) => {
      const own = thresholds[f]!
      if (i % 2 === 0 || own.length === 0) return value
      const at = own[Math.floor(random() * own.length)]!
      return random() < 0.5 ? at : above(at)
    }),
  )
}

async function run(file: Uint8Array, rows: readonly number[][], threads: number) {
  const session = await InferenceSession.create(file, { intraOpNumThreads: threads })
  const input = new Tensor('float64', Float64Array.from(rows.flat()), [rows.length, FEATURES.length])
  const { label, probabilities } = await session.run({ features: input })
  await session.release()
  const scores = (probabilities!.data as Float32Array).filter((_, i) => i % 2 === 1)
  return { scores, labels: Array.from(label!.data as BigInt64Array, Number) }
}

describe('writeOnnxForest()', () => {
  it.each([
    [1, 1],
    [64, 1],
    [100, 1],
    [100, 2],
  ])('makes ONNX Runtime answer our scores in float32: %d trees, %d threads', async (treeCount, threads) => {
    const forest = trained(treeCount)
    const rows = rowsFor(forest, 4000)
    const { scores, labels } = await run(writeOnnxForest(forest), rows, threads)
    const ours = rows.map((row) => forestScore(forest, row))
    expect(new Set(ours).size).toBeGreaterThan(treeCount === 1 ? 5 : 1000)
    expect([...scores]).toEqual(ours.map(Math.fround))
    expect(labels).toEqual(ours.map((score) => (score > 0.5 ? 1 : 0)))
    const threshold = Math.fround(forest.threshold!)
    expect([...scores].map((score) => score >= threshold)).toEqual(ours.map((s) => s >= forest.threshold!))
  })

  it('takes every branch as we do: one row to each leaf that it names', async () => {
    // A leaf's value is its index over 1024, exact in float32, so a score names its leaf.
    const { trees, ...forest } = trained(3)
    for (const tree of trees) {
      const named = { ...tree, value: tree.value.map((_, node) => node / 1024) }
      const rows = rowsFor({ ...forest, trees: [named] }, 2000)
      const { scores } = await run(writeOnnxForest({ ...forest, trees: [named] }), rows, 1)
      const leaves = rows.map((row) => treeScore(named, scaleRow(forest.scaler, row)))
      expect([...scores]).toEqual(leaves)
    }
  })

  it('comes back through readOnnxForest() as trees that answer the same', () => {
    const forest = trained(100)
    const { trees, ...rest } = readOnnxForest(writeOnnxForest(forest))
    expect(rest).toEqual({
      featureCount: 5,
      labels: ['0', '1'],
      features: FEATURES,
      featuresVersion: 1,
      threshold: 0.37,
    })
    const identity = { min: FEATURES.map(() => 0), max: FEATURES.map(() => 1) }
    for (const row of rowsFor(forest, 2000)) {
      const difference = forestScore({ scaler: identity, trees }, row) - forestScore(forest, row)
      expect(Math.abs(difference)).toBeLessThan(1e-15)
    }
  })

  it('is the same bytes for the same forest', () => {
    expect(writeOnnxForest(trained(5))).toEqual(writeOnnxForest(trained(5)))
  })

  it('refuses other names than the forest has features', () => {
    expect(() => writeOnnxForest({ ...trained(1), features: ['a'] })).toThrow(/names 1 features, expected 5/)
  })
})
