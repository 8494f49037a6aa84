// `npm run bench -- imagenet`: every admissible pair (the local model is the quicker one) of the ImageNet classifiers beside
// the checkout, every router, cross-validated on all photographs as `tandem evaluate` does it: a page and a plot of all
// pairs, and a page a pair. Device energy is told twice: with what was measured here and the watts that the paper's
// figures imply, and with the paper's own costs of a Pi 3B+, since the two weigh local inference and upload quite
// differently. Answers of the models are measured once and kept in a folder that git ignores.

import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { PairCosts } from '#contract/results/evaluation.ts'
import type { PairReport } from '#contract/results/pair-report.ts'
import { PUBLISHED_UPLOAD_J, PUBLISHED_UPLOAD_SOURCE } from '#core/profile/published-upload.ts'
import { type EvaluatePairOptions, evaluatePair } from '#core/report/evaluate-pair.ts'
import type { BenchLine, BenchOptions } from '../bench-line.ts'
import { summaryOf } from '../pair-summary.ts'
import { resultsFolder } from '../report/results-folder.ts'
import { measureImagenet } from './measure.ts'
import { measuredModel, measuredPair } from './measured.ts'
import { writeOverview } from './overview.ts'
import { hasImagenet, IMAGENET, MODELS } from './source.ts'

/** Paper, Tables 1 and 6: a Pi 3B+ and a Jetson TX2. */
const PUBLISHED_COSTS: Omit<PairCosts, 'uploadMs'> = {
  featuresMs: 42.07,
  featuresJ: 0.048,
  localMs: 519.63,
  localJ: 0.49,
  edgeMs: 107.18,
  edgeJ: 2.4,
  uploadJ: PUBLISHED_UPLOAD_J,
  uploadSource: `the paper’s costs of its own pair; ${PUBLISHED_UPLOAD_SOURCE}`,
}

export async function benchImagenet({ quick }: BenchOptions): Promise<BenchLine[]> {
  if (!hasImagenet())
    return [
      {
        ...{ name: 'imagenet: routers that beat confidence', ratio: Number.NaN, bar: Number.NaN },
        detail: `skipped: no labels.csv in ${path.basename(IMAGENET)} beside the checkout (bench/imagenet/source.ts says what is expected)`,
      },
    ]
  await measureImagenet()
  const pairs = await admissiblePairs()
  await mkdir(resultsFolder(), { recursive: true })
  const reports: PairReport[] = []
  for (const [i, [local, edge]] of pairs.entries()) {
    console.error(`pair ${i + 1} of ${pairs.length}: ${local} → ${edge}`)
    reports.push(await evaluateOne(local, edge, quick))
    if (quick) break
  }
  await writeOverview(reports)
  return reports.map(lineOf)
}

/** By the means that were measured, as algorithm 1 would order them. */
async function admissiblePairs(): Promise<[string, string][]> {
  const timed = await Promise.all(
    MODELS.map(async ({ name }) => ({ name, ms: mean((await measuredModel(name)).latenciesMs) })),
  )
  const sorted = timed.sort((a, b) => a.ms - b.ms).map(({ name }) => name)
  return sorted.flatMap((local, i) => sorted.slice(i + 1).map((edge): [string, string] => [local, edge]))
}

async function evaluateOne(local: string, edge: string, quick: boolean): Promise<PairReport> {
  const data = await measuredPair(local, edge)
  const options: EvaluatePairOptions = {
    localModel: local,
    edgeModel: edge,
    dataset: `${data.localRight.length} ImageNet photographs`,
    policy: { by: 'offload', target: 0.3 },
    folds: quick ? 3 : 10,
    seed: 1,
    featureChoice: quick ? 'paper' : 'nested',
    learners: !quick,
    duplicates: 'refuse',
  }
  const report = evaluatePair(data, options, (stage, done, total) => {
    if (done === total) console.error(`  ${stage}`)
  })
  const costs = { ...PUBLISHED_COSTS, uploadMs: data.costs.uploadMs }
  const published = evaluatePair({ ...data, costs }, { ...options, featureChoice: 'paper', learners: false })
  await writeFile(path.join(resultsFolder(), `${local}-to-${edge}.md`), summaryOf(report, published))
  return report
}

function lineOf(report: PairReport): BenchLine {
  const better = report.routers.filter(({ verdict }) => verdict.beatsConfidence)
  const forest = report.routers.find(({ kind }) => kind === 'forest')!
  const confidence = report.routers.find(({ kind }) => kind === 'confidence')!
  const told = ({ value, low, high }: typeof forest.dgc) =>
    `${value.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`
  return {
    name: `imagenet: DGC of the forest over that of confidence, ${report.localModel} → ${report.edgeModel}`,
    ratio: forest.dgc.value / confidence.dgc.value,
    bar: Number.NaN,
    detail: `forest ${told(forest.dgc)}, confidence ${told(confidence.dgc)}; better than confidence: ${better.map(({ kind }) => kind).join(', ') || 'none'}`,
  }
}

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length
