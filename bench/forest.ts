// Is the forest as fast as scikit-learn's? Both train 100 trees of depth 4 on the same 45,000 x 29 rows on one
// core, in turns, so that a busy machine slows both; the middle of three counts. Ours ranks the columns and
// scores every row out of bag as well, scikit-learn's does neither. Two thirds of the columns have a value of
// their own in every row, the others are counts. Beside it: how long one score takes, against 10 microseconds.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { growForest } from '#core/forest/forest.ts'
import { rankTable } from '#core/forest/ranked-table.ts'
import { createRandom } from '#core/random.ts'
import { forestScore } from '#core/route/forest-score.ts'
import type { BenchLine, BenchOptions } from './bench-line.ts'
import { againstMlRandomForest } from './peers/ml-random-forest.ts'
import { pairwiseSpread } from './serve/rig/rounds.ts'

const ROWS = 45_000
const FEATURES = 29
const ROUNDS = 3
const SCORE_BUDGET_US = 10
const SHAPE = { trees: 100, depth: 4, minLeaf: 1 }

/** What npm has is slower by so much that more rows would take the afternoon. */
const FEW_ROWS = 300

export async function benchForest({ quick }: BenchOptions): Promise<BenchLine[]> {
  const count = quick ? 4_500 : ROWS
  return [
    await trainingLine(count),
    await againstMlRandomForest(makeData(quick ? 200 : FEW_ROWS, FEATURES), quick ? 1 : ROUNDS),
    scoringLine(),
  ]
}

interface Data {
  rows: Float64Array[]
  labels: Uint8Array
}

function makeData(count: number, width: number): Data {
  const random = createRandom(7)
  const rows = Array.from({ length: count }, () =>
    Float64Array.from({ length: width }, (_, c) =>
      c % 3 === 2 ? Math.floor(40 * random() ** 2) : random() + random() - random(),
    ),
  )
  const labels = Uint8Array.from(rows, (row) => {
    const noise = 0.4 * (random() + random() - 1)
    return row[0]! + 0.5 * row[1]! * row[3]! - 0.02 * row[2]! + noise > 0.75 ? 1 : 0
  })
  return { rows, labels }
}

async function trainingLine(count: number): Promise<BenchLine> {
  const name = 'forest: training, against scikit-learn'
  const data = makeData(count, FEATURES)
  const python = ['python3', '/usr/bin/python3'].find(
    (command) => spawnSync(command, ['-c', 'import sklearn']).status === 0,
  )
  if (python === undefined)
    return { name, ratio: Number.NaN, bar: 1, detail: 'skipped: no python3 with scikit-learn' }
  const oursS: number[] = []
  const theirsS: number[] = []
  const folder = await mkdtemp(path.join(tmpdir(), 'tandem-bench-'))
  try {
    await using learner = await startLearner(python, folder, data)
    for (let round = 0; round < ROUNDS; round++) {
      theirsS.push(await learner.fitS(round))
      oursS.push(growS(data, round))
    }
  } finally {
    await rm(folder, { recursive: true })
  }
  const [ours, theirs] = [middle(oursS), middle(theirsS)]
  return {
    ...{ name, ratio: ours / theirs, bar: 1, spread: pairwiseSpread(oursS, theirsS, (a, b) => a / b) },
    detail: `${count} x ${FEATURES}: ${ours.toFixed(2)} s against ${theirs.toFixed(2)} s`,
  }
}

function growS({ rows, labels }: Data, seed: number): number {
  const start = performance.now()
  growForest(rankTable(rows, labels), { ...SHAPE, random: createRandom(seed) })
  return (performance.now() - start) / 1000
}

interface Learner extends AsyncDisposable {
  fitS(seed: number): Promise<number>
}

/** A Python process that has read the rows and fits a forest for every seed that it is sent. */
async function startLearner(python: string, folder: string, { rows, labels }: Data): Promise<Learner> {
  const values = new Float64Array(rows.length * FEATURES)
  for (const [i, row] of rows.entries()) values.set(row, i * FEATURES)
  const files = [path.join(folder, 'rows.f64'), path.join(folder, 'labels.u8')] as const
  await writeFile(files[0], values)
  await writeFile(files[1], labels)
  const script = path.join(import.meta.dirname, 'sklearn/forest.py')
  const child: ChildProcess = spawn(python, [script, 'time', ...files, String(FEATURES)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const answers = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  return {
    async fitS(seed) {
      child.stdin!.write(`${seed}\n`)
      const { value, done } = await answers.next()
      if (done) throw new Error('Cannot time scikit-learn: the process has ended, expected seconds')
      return Number(value)
    },
    async [Symbol.asyncDispose]() {
      const ended = child.exitCode === null ? once(child, 'exit') : undefined
      child.stdin!.end()
      await ended
    },
  }
}

function scoringLine(): BenchLine {
  const { rows, labels } = makeData(3000, 7)
  const { trees } = growForest(rankTable(rows, labels), { ...SHAPE, random: createRandom(1) })
  const forest = { scaler: { min: Array(7).fill(0), max: Array(7).fill(1) }, trees }
  const roundsUs = Array.from({ length: 20 }, () => {
    const start = performance.now()
    for (const row of rows) forestScore(forest, row)
    return ((performance.now() - start) * 1000) / rows.length
  })
  const us = middle(roundsUs)
  const share = (value: number) => value / SCORE_BUDGET_US
  const spread = { least: share(Math.min(...roundsUs)), most: share(Math.max(...roundsUs)) }
  const name = `forest: one score, against ${SCORE_BUDGET_US} microseconds`
  return { name, ratio: share(us), bar: 1, spread, detail: `${us.toFixed(2)} microseconds` }
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
