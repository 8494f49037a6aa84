// The evaluation of real pairs on real photographs, as `tandem evaluate` makes it, and its summary tables for
// bench/results. Device energy is told twice: with what was measured here and the watts that the paper's figures
// imply, and with the paper's own costs of a Pi 3B+, since the two weigh local inference and upload quite
// differently. Usage: node --import tsx bench/imagenet/evaluate.ts

import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { PairCosts } from '#contract/results/evaluation.ts'
import { PUBLISHED_UPLOAD_J, PUBLISHED_UPLOAD_SOURCE } from '#core/profile/published-upload.ts'
import { type EvaluatePairOptions, evaluatePair } from '#core/report/evaluate-pair.ts'
import { summaryOf } from '../pair-summary.ts'
import { isMeasured, measuredPair } from './measured.ts'

const PAIRS = [
  ['mobilenet_v1_0.25', 'mobilenet_v2'],
  ['mobilenet_v1_0.5', 'mobilenet_v2'],
] as const

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

if (!isMeasured()) {
  console.error('No measured ImageNet answers: run bench/imagenet/measure.ts first')
  process.exit(0)
}
for (const [local, edge] of PAIRS) {
  const data = await measuredPair(local, edge)
  const options: EvaluatePairOptions = {
    localModel: local,
    edgeModel: edge,
    dataset: '1345 ImageNet photographs',
    policy: { by: 'offload', target: 0.3 },
    folds: 10,
    seed: 1,
    featureChoice: 'nested',
    learners: true,
    duplicates: 'refuse',
  }
  const report = evaluatePair(data, options, (stage, done, total) => {
    if (done === total) console.error(`${local}: ${stage}`)
  })
  const costs = { ...PUBLISHED_COSTS, uploadMs: data.costs.uploadMs }
  const published = evaluatePair({ ...data, costs }, { ...options, featureChoice: 'paper', learners: false })
  const file = path.join(import.meta.dirname, `../results/${local}-to-${edge}.md`)
  await writeFile(file, summaryOf(report, published))
  console.error(`wrote ${path.relative(process.cwd(), file)}`)
}
