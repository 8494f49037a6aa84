// Judges every challenger against `confidence` on held-out folds: the same folds, the same resamples, the paired
// difference of the DGC with its 95 % interval. With ten challengers one of them exceeds 0 by luck more often than
// once in forty, so each row also says whether it would still do so with an interval widened for the number of
// challengers (Bonferroni). Usage: node --import tsx bench/challengers/judge.ts

import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { deferralOfRanking } from '#core/evaluate/deferral.ts'
import { rankByScore } from '#core/evaluate/ranking.ts'
import { createRandom, randomInteger } from '#core/random.ts'
import { needsEdge } from '#core/train/needs-edge.ts'
import { stratifiedFolds } from '#core/train/stratified-folds.ts'
import { isMeasured, measuredImages, measuredModel, rightOf } from '../imagenet/measured.ts'
import { bestOf, type Challenger, type Views } from './challenger.ts'
import { boostedAnswer, boostedImage, imageLogistic } from './from-images.ts'
import { classGap, expectedGain, localError, temperature, topShape } from './from-probabilities.ts'
import { twoViewLogistic, twoViewMean, twoViewProduct } from './from-views.ts'

const CHALLENGERS: readonly Challenger[] = [
  temperature,
  topShape,
  expectedGain,
  localError,
  classGap,
  imageLogistic,
  boostedAnswer,
  boostedImage,
  twoViewMean,
  twoViewProduct,
  twoViewLogistic,
]
const PAIRS = [
  ['mobilenet_v1_0.25', 'mobilenet_v2'],
  ['mobilenet_v1_0.5', 'mobilenet_v2'],
] as const
const FOLDS = 10
const SEED = 1
const RESAMPLES = 2000

function heldOutScores(views: Views, challenger: Challenger, foldOf: Int32Array): Float64Array {
  const scores = new Float64Array(foldOf.length)
  const rows = Array.from(foldOf.keys())
  for (let fold = 0; fold < FOLDS; fold++) {
    const training = rows.filter((row) => foldOf[row] !== fold)
    const scoreOf = challenger.fit(views, training, createRandom(SEED, 100 + fold))
    for (const row of rows) if (foldOf[row] === fold) scores[row] = scoreOf(row)
  }
  return scores
}

interface Judged {
  name: string
  costs: string
  dgc: number
  /** Of the difference to confidence, ascending. */
  differences: Float64Array
}

async function judgePair(local: string, edge: string): Promise<Judged[]> {
  const images = await measuredImages()
  const [light, heavy] = [await measuredModel(local), await measuredModel(edge)]
  const answers = {
    localRight: rightOf(light.plain, images.labels),
    edgeRight: rightOf(heavy.plain, images.labels),
  }
  const needs = needsEdge(answers.localRight, answers.edgeRight)
  const views: Views = {
    plain: light.plain,
    mirrored: light.flipped,
    features: images.features,
    ...answers,
  }
  const foldOf = stratifiedFolds(needs, FOLDS, createRandom(SEED))
  const confidence = Float64Array.from(needs, (_, row) => 1 - bestOf(light.plain, row, 1)[0]!)
  const rankings = [confidence, ...CHALLENGERS.map((c) => heldOutScores(views, c, foldOf))].map(rankByScore)
  const dgcs = (weights: ArrayLike<number>) =>
    rankings.map((ranking) => deferralOfRanking(ranking, answers, weights).dgc)
  const values = dgcs(new Int32Array(needs.length).fill(1))
  const differences = CHALLENGERS.map(() => new Float64Array(RESAMPLES))
  const random = createRandom(SEED, 1)
  for (let s = 0; s < RESAMPLES; s++) {
    const weights = new Int32Array(needs.length)
    for (let i = 0; i < needs.length; i++) weights[randomInteger(random, needs.length)]!++
    const [base, ...others] = dgcs(weights) as [number, ...number[]]
    for (const [c, value] of others.entries()) differences[c]![s] = value - base
  }
  return [
    { name: 'confidence', costs: 'nothing', dgc: values[0]!, differences: new Float64Array(0) },
    ...CHALLENGERS.map(({ name, costs }, c) => ({
      name,
      costs,
      dgc: values[c + 1]!,
      differences: differences[c]!.sort(),
    })),
  ]
}

function tableOf(local: string, edge: string, judged: readonly Judged[]): string {
  const base = judged[0]!.dgc
  const limits = (sorted: Float64Array, tail: number) =>
    [tail, 1 - tail].map((share) => sorted[Math.floor(share * (sorted.length - 1))]!)
  const rows = judged.map(({ name, costs, dgc, differences }) => {
    if (differences.length === 0) return `| ${name} | ${costs} | ${dgc.toFixed(3)} | | |`
    const [low, high] = limits(differences, 0.025) as [number, number]
    const [wideLow] = limits(differences, 0.025 / CHALLENGERS.length) as [number]
    const wins = low > 0 ? (wideLow > 0 ? 'yes' : 'only before correction') : high < 0 ? 'worse' : 'no'
    const difference = `${(dgc - base).toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`
    return `| ${name} | ${costs} | ${dgc.toFixed(3)} | ${difference} | ${wins} |`
  })
  return `## ${local} → ${edge}

| score | costs beyond one local inference | DGC | difference to confidence, 95 % | beats confidence |
|---|---|---|---|---|
${rows.join('\n')}
`
}

if (!(await isMeasured())) {
  console.error('No measured ImageNet answers: run bench/imagenet/measure.ts first')
  process.exit(0)
}
const tables: string[] = []
for (const [local, edge] of PAIRS) {
  const table = tableOf(local, edge, await judgePair(local, edge))
  console.log(table)
  tables.push(table)
}
const head = `# Scores that tried to beat the local model's own confidence

1345 photographs, ${FOLDS} folds, seed ${SEED}; every setting chosen on training folds; ${RESAMPLES} paired bootstrap resamples.
Made by \`node --import tsx bench/challengers/judge.ts\`. "Only before correction": the interval excludes 0, but not
when it is widened for ${CHALLENGERS.length} attempts.

`
await writeFile(path.join(import.meta.dirname, '../results/challengers.md'), head + tables.join('\n'))
