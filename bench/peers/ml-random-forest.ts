// Our forest against the one that npm has for JavaScript, in this process, in turns. On few rows: it takes minutes for what
// scikit-learn does in a second. Both draw bootstraps and five of the columns; neither judges itself out of bag.

import { createRequire } from 'node:module'
import path from 'node:path'
import { growForest } from '#core/forest/forest.ts'
import { rankTable } from '#core/forest/ranked-table.ts'
import { createRandom } from '#core/random.ts'
import type { BenchLine } from '../bench-line.ts'
import { pairwiseSpread, spreadOf, told } from '../serve/rig/rounds.ts'
import { installPackage } from './install-package.ts'

const VERSION = '2.1.0'
const TREES = 100
const DEPTH = 4
const COLUMNS_DRAWN = 5

interface Theirs {
  train(rows: number[][], labels: number[]): void
}
type TheirClass = new (options: object) => Theirs

export interface Rows {
  readonly rows: readonly Float64Array[]
  readonly labels: Uint8Array
}

export async function againstMlRandomForest({ rows, labels }: Rows, turns: number): Promise<BenchLine> {
  const name = 'forest: training, against ml-random-forest'
  const installed = await installPackage('ml-random-forest', { 'ml-random-forest': VERSION })
  if ('missing' in installed) return { name, ratio: Number.NaN, bar: 1, detail: installed.missing }
  const load = createRequire(path.join(installed.folder, 'package.json'))
  const { RandomForestClassifier } = load('ml-random-forest') as { RandomForestClassifier: TheirClass }
  const lists = rows.map((row) => Array.from(row))
  const classes = Array.from(labels)
  const ours: number[] = []
  const theirs: number[] = []
  for (let seed = 1; seed <= turns; seed++) {
    const forest = new RandomForestClassifier({
      ...{ seed, nEstimators: TREES, maxFeatures: COLUMNS_DRAWN, replacement: true, noOOB: true },
      treeOptions: { maxDepth: DEPTH },
    })
    theirs.push(secondsOf(() => forest.train(lists, classes)))
    ours.push(
      secondsOf(() => {
        growForest(rankTable(rows, labels), {
          trees: TREES,
          depth: DEPTH,
          minLeaf: 1,
          random: createRandom(seed),
        })
      }),
    )
  }
  const ratio = pairwiseSpread(ours, theirs, (a, b) => a / b)
  return {
    ...{ name, ratio: ratio.median, bar: 1, spread: ratio },
    detail: `${rows.length} x ${rows[0]!.length}: ${told(spreadOf(ours), 3)} s against ${told(spreadOf(theirs))} s`,
  }
}

function secondsOf(work: () => void): number {
  const startedMs = performance.now()
  work()
  return (performance.now() - startedMs) / 1_000
}
