// The data that bench/sklearn/learners.py made, and what scikit-learn made of it.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Samples } from '#core/learn/learner.ts'

interface Drawn {
  unit: number
  rows: number[][]
  labels: number[]
  classes: number[]
  queries: number[][]
}

interface Expected {
  /** -1 where a tie at the border could change scikit-learn's vote. */
  knn: { k: number; lowestRowVotes: number[]; sklearnVotes: number[] }[]
  logistic: { c: number; balanced: boolean; weights: number[]; bias: number }[]
  svm: { c: number; balanced: boolean; decisions: number[]; plattSlope: number; plattOffset: number }[]
  naiveBayes: number[]
  /** -1 where equally good cuts lead to other scores. */
  tree: { depth: number; scores: number[] }[]
  oneVsRest: number[][]
}

export interface ScoreCase {
  name: string
  scores: number[]
  labels: number[]
  precision: number
  recall: number
  f1: number
  accuracy: number
  auc: number
}

function read<T>(name: string): T {
  return JSON.parse(readFileSync(path.join(import.meta.dirname, 'fixtures', name), 'utf8'))
}

const drawn = read<Drawn>('samples.json')
const scaled = (row: number[]) => Float64Array.from(row, (value) => value / drawn.unit)

export const samples: Samples = {
  rows: drawn.rows.map(scaled),
  labels: Uint8Array.from(drawn.labels),
}
/** The same rows in three classes. */
export const threeClasses: Samples = { rows: samples.rows, labels: Uint8Array.from(drawn.classes) }
export const queries = drawn.queries.map(scaled)
export const expected = read<Expected>('expected.json')
export const scoreCases = read<ScoreCase[]>('scores.json')
