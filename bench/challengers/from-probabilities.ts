// Challengers that read more of the local answer than its highest probability: the whole distribution at another
// temperature, the shape of its head, and whether the class that it names is one that the local model is often
// wrong about. None of them costs another inference.

import { fitLogistic } from '#core/learn/linear/logistic-regression.ts'
import {
  bestClass,
  bestOf,
  bestSetting,
  type Challenger,
  CLASSES,
  onlyEdgeRight,
  type Views,
} from './challenger.ts'

const confidence = (views: Views, row: number) => 1 - bestOf(views.plain, row, 1)[0]!

/** Guo et al. 2017 choose the temperature by likelihood; here by what is wanted of it, the order of images. */
export const temperature: Challenger = {
  name: 'temperature',
  costs: 'nothing',
  fit(views, training) {
    const scoreAt = (t: number) => {
      const known = new Map<number, number>()
      return (row: number) => {
        let score = known.get(row)
        if (score === undefined) {
          score = 1 - sharpened(views.plain.subarray(row * CLASSES, (row + 1) * CLASSES), t)
          known.set(row, score)
        }
        return score
      }
    }
    const settings = [0.25, 0.5, 0.75, 1, 1.5, 2, 3].map(scoreAt)
    return bestSetting(settings, training, views)
  },
}

/** Highest probability after p -> p^(1/t), renormalised. */
function sharpened(p: Float32Array, t: number): number {
  let sum = 0
  let best = 0
  for (const value of p) {
    const power = value ** (1 / t)
    sum += power
    if (power > best) best = power
  }
  return best / sum
}

/** Logistic regression on the logarithms of the five best probabilities, the margin and the full entropy. */
export const topShape: Challenger = {
  name: 'top-k shape',
  costs: 'nothing',
  fit: (views, training) => logisticOn(views, training, (row) => headOf(views.plain, row)),
}

/** What an offload is worth: P(only the edge right) - P(only the local model right), each by its own regression. */
export const expectedGain: Challenger = {
  name: 'top-k shape, expected gain',
  costs: 'nothing',
  fit(views, training) {
    const head = (row: number) => headOf(views.plain, row)
    const gain = logisticOn(views, training, head)
    const loss = logisticOn(views, training, head, ({ localRight, edgeRight }, row) =>
      localRight[row] === 1 && edgeRight[row] === 0 ? 1 : 0,
    )
    return (row) => gain(row) - loss(row)
  },
}

/** The same values, asked another question: is the local answer wrong, whatever the edge may say? */
export const localError: Challenger = {
  name: 'top-k shape, local error',
  costs: 'nothing',
  fit: (views, training) =>
    logisticOn(
      views,
      training,
      (row) => headOf(views.plain, row),
      ({ localRight }, row) => (localRight[row] === 1 ? 0 : 1),
    ),
}

export function headOf(probabilities: Float32Array, row: number): number[] {
  const best = bestOf(probabilities, row, 5)
  let entropy = 0
  for (const p of probabilities.subarray(row * CLASSES, (row + 1) * CLASSES))
    if (p > 0) entropy -= p * Math.log(p)
  return [...Array.from(best, (p) => Math.log(p + 1e-6)), best[0]!, best[0]! - best[1]!, entropy]
}

export function logisticOn(
  views: Views,
  training: readonly number[],
  valuesOf: (row: number) => readonly number[],
  labelOf: (views: Views, row: number) => 0 | 1 = onlyEdgeRight,
): (row: number) => number {
  const raw = training.map(valuesOf)
  const width = raw[0]!.length
  const mean = Array.from(
    { length: width },
    (_, c) => raw.reduce((sum, row) => sum + row[c]!, 0) / raw.length,
  )
  const deviation = mean.map((m, c) =>
    Math.max(1e-9, Math.sqrt(raw.reduce((sum, row) => sum + (row[c]! - m) ** 2, 0) / raw.length)),
  )
  const standard = (values: readonly number[]) =>
    Float64Array.from(values, (value, c) => (value - mean[c]!) / deviation[c]!)
  const labels = Uint8Array.from(training, (row) => labelOf(views, row))
  const { weights, bias } = fitLogistic({ rows: raw.map(standard), labels }, { l2: 1, balanced: false })
  return (row) =>
    1 / (1 + Math.exp(-standard(valuesOf(row)).reduce((sum, value, c) => sum + value * weights[c]!, bias)))
}

/**
 * Confidence plus how much more often than others the named class needs the edge: per-class shares on the training
 * rows, shrunk towards the mean by a weight chosen on them, each row left out of its own share.
 */
export const classGap: Challenger = {
  name: 'class-conditional gap',
  costs: 'nothing',
  fit(views, training) {
    const named = new Map(training.map((row) => [row, bestClass(views.plain, row)]))
    const mean = training.reduce((sum, row) => sum + onlyEdgeRight(views, row), 0) / training.length
    const gap = new Map<number, { sum: number; count: number }>()
    for (const row of training) {
      const entry = gap.get(named.get(row)!) ?? { sum: 0, count: 0 }
      entry.sum += onlyEdgeRight(views, row) - mean
      entry.count++
      gap.set(named.get(row)!, entry)
    }
    const shrunk = (row: number, prior: number) => {
      const entry = gap.get(named.get(row) ?? bestClass(views.plain, row))
      if (entry === undefined) return 0
      const own = named.has(row) ? 1 : 0
      const sum = entry.sum - own * (onlyEdgeRight(views, row) - mean)
      return sum / (entry.count - own + prior)
    }
    const settings = [1, 3, 10].flatMap((prior) =>
      [0.25, 0.5, 1].map((weight) => (row: number) => confidence(views, row) + weight * shrunk(row, prior)),
    )
    return bestSetting(settings, training, views)
  },
}
