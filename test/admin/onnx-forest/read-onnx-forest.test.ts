// Forests of scikit-learn in the encodings that converters write (fixtures by bench/sklearn/onnx-forest.py), against
// its own probabilities and against ONNX Runtime.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { readOnnxForest } from '#admin/onnx-forest/read-onnx-forest.ts'
import { writeOnnxForest } from '#admin/onnx-forest/write-onnx-forest.ts'
import { createRandom } from '#core/random.ts'
import { forestScore } from '#core/route/forest-score.ts'
import expected from './fixtures/expected.json' with { type: 'json' }

const WIDTH = 5
const scaler = { min: Array<number>(WIDTH).fill(0), max: Array<number>(WIDTH).fill(1) }
const fixture = (name: string) => readFileSync(path.join(import.meta.dirname, 'fixtures', `${name}.onnx`))

describe.each(['two-weights', 'one-weight', 'double'])('readOnnxForest() of %s.onnx', (name) => {
  const { trees, ...rest } = readOnnxForest(fixture(name))

  it('reads trees, features and labels', () => {
    expect(rest).toEqual({ featureCount: WIDTH, labels: ['0', '1'] })
    expect(trees).toHaveLength(10)
  })

  it('scores as scikit-learn does, on thresholds and beside them too', () => {
    // Float32 weights are off by 2^-25 of a share at most; doubles by a rounding.
    const tolerance = name === 'double' ? 1e-14 : 1e-7
    for (const [i, row] of expected.rows.entries())
      expect(Math.abs(forestScore({ scaler, trees }, row) - expected.probabilities[i]!)).toBeLessThan(
        tolerance,
      )
  })

  it('answers for doubles what ONNX Runtime answers for them in the file’s own precision', async () => {
    const random = createRandom(4)
    const own = trees.flatMap(({ feature, threshold }) => threshold.filter((_, node) => feature[node]! >= 0))
    const rows = Array.from({ length: 2000 }, () =>
      Array.from({ length: WIDTH }, () =>
        random() < 0.5
          ? own[Math.floor(random() * own.length)]! * (1 + (random() - 0.5) * 1e-7)
          : 6 * random() - 3,
      ),
    )
    const session = await InferenceSession.create(fixture(name), { intraOpNumThreads: 1 })
    const flat = rows.flat()
    const input =
      name === 'double'
        ? new Tensor('float64', Float64Array.from(flat), [rows.length, WIDTH])
        : new Tensor('float32', Float32Array.from(flat), [rows.length, WIDTH])
    const { probabilities } = await session.run({ X: input }, ['probabilities'])
    const theirs = probabilities!.data as Float32Array
    for (const [i, row] of rows.entries())
      expect(Math.abs(forestScore({ scaler, trees }, row) - theirs[2 * i + 1]!)).toBeLessThan(2e-7)
    await session.release()
  })

  it('is the same after another round through ONNX', () => {
    const features = ['a', 'b', 'c', 'd', 'e']
    const again = readOnnxForest(writeOnnxForest({ features, scaler, trees }))
    expect(again.features).toEqual(features)
    expect(again.trees.map((tree) => ({ ...tree, value: [] }))).toEqual(
      trees.map((tree) => ({ ...tree, value: [] })),
    )
  })
})
