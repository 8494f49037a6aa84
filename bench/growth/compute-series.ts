// What the science costs the processor, without a database: selection and strategy table, the forest, and a whole training
// with its evaluation, against images; selection and table against models.

import { FEATURE_NAMES } from '#contract/features.ts'
import { growForest } from '#core/forest/forest.ts'
import { rankTable } from '#core/forest/ranked-table.ts'
import { createRandom } from '#core/random.ts'
import type { PairData } from '#core/train/pair-data.ts'
import { trainRouter } from '#core/train/train-router.ts'
import type { BenchOptions } from '../bench-line.ts'
import type { Series } from './cost-growth.ts'
import type { Point } from './fit-exponent.ts'
import { COSTS, processorS, selectAndJudge } from './made-up-pair.ts'

const MODELS = 12
/** Of several: what else the machine does only adds. */
const REPEATS = 3
const SORTS = 'sorts what it looks at, so n log n'

export async function computeSeries({ quick }: BenchOptions): Promise<Series[]> {
  const images = quick ? [500, 1_000, 2_000] : [1_000, 3_000, 10_000, 30_000, 50_000]
  const trained = quick ? [500, 1_000, 2_000] : [1_000, 3_000, 10_000, 30_000]
  const models = quick ? [2, 4, 6] : [2, 4, 8, 12]
  const at = quick ? 2_000 : 20_000
  const series = (what: string, against: Series['against'], points: Point[], because?: string): Series => ({
    ...{ what, against, points, unit: 'CPU s' },
    ...(because === undefined ? {} : { because }),
  })
  const judge = (size: { models: number; images: number }) => {
    const { startedS, judgedS } = selectAndJudge(size)
    return judgedS - startedS
  }
  return [
    series(
      'selection and strategy table',
      'images',
      fastest(images, (n) => judge({ models: MODELS, images: n })),
      SORTS,
    ),
    series('forest of 100 trees on 29 features', 'images', fastest(images, growS), SORTS),
    series(
      'training a forest router, 3 folds, with its evaluation',
      'images',
      fastest(trained, trainS),
      SORTS,
    ),
    series(
      'selection and strategy table',
      'models',
      fastest(models, (n) => judge({ models: n, images: at })),
    ),
  ]
}

function fastest(sizes: readonly number[], costOf: (size: number) => number): Point[] {
  // Once before, for the compilers.
  costOf(sizes[0]!)
  return sizes.map((size) => ({
    size,
    cost: Math.min(...Array.from({ length: REPEATS }, () => costOf(size))),
  }))
}

function madeUpRows(count: number): { rows: Float64Array[]; random: () => number } {
  const random = createRandom(7)
  const rows = Array.from({ length: count }, () =>
    Float64Array.from({ length: FEATURE_NAMES.length }, (_, c) =>
      c % 3 === 2 ? Math.floor(40 * random() ** 2) : random() + random() - random(),
    ),
  )
  return { rows, random }
}

function growS(images: number): number {
  const { rows, random } = madeUpRows(images)
  const labels = Uint8Array.from(rows, (row) => (row[0]! + 0.4 * (random() - 0.5) > 0.75 ? 1 : 0))
  const startedS = processorS()
  growForest(rankTable(rows, labels), { trees: 100, depth: 4, minLeaf: 1, random: createRandom(1) })
  return processorS() - startedS
}

function trainS(images: number): number {
  const { rows, random } = madeUpRows(images)
  const difficulty = rows.map((row) => 1 / (1 + Math.exp(-row[0]!)) + 0.2 * (random() - 0.5))
  const data: PairData = {
    features: rows.map((row) => Array.from(row)),
    localRight: Uint8Array.from(difficulty, (hard) => (hard < 0.7 ? 1 : 0)),
    edgeRight: Uint8Array.from(difficulty, (hard) => (hard < 0.9 ? 1 : 0)),
    localTop: difficulty.map((hard) => [Math.max(0.2, 1 - 0.6 * hard), 0.1]),
    pixelDigests: null,
    costs: COSTS,
  }
  const startedS = processorS()
  const policy = { by: 'offload', target: 0.3 } as const
  trainRouter(data, { kind: 'forest', policy, seed: 1, folds: 3, featureChoice: 'paper' })
  return processorS() - startedS
}
