// The tables of a pair's report that are kept in the repository: figures only, as Markdown.

import type { Interval } from '#contract/results/evaluation.ts'
import type { PairReport } from '#contract/results/pair-report.ts'
import { markdownTable } from './markdown-table.ts'

const percent = (share: number) => (share * 100).toFixed(2)
const interval = ({ value, low, high }: Interval, digits = 3) =>
  `${value.toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`
const percentInterval = ({ value, low, high }: Interval) =>
  `${percent(value)} [${percent(low)}, ${percent(high)}]`

const strategies = ({ strategies: rows }: PairReport) =>
  markdownTable(
    [
      'strategy',
      'offload %',
      'top-1 %, 95 %',
      'latency ms',
      'device J',
      'precision',
      'recall',
      'F1',
      'share of oracle %',
    ],
    rows.map((row) => [
      row.matches === undefined ? row.name : `${row.name} (as ${row.matches})`,
      percent(row.offloadShare),
      percentInterval(row.top1),
      row.latencyMeanMs.toFixed(2),
      row.deviceEnergyJ.toFixed(4),
      ...[row.precision, row.recall, row.f1].map((value) => value?.toFixed(3) ?? '–'),
      percent(row.shareOfOracle),
    ]),
  )

const routers = ({ routers: rows }: PairReport) =>
  markdownTable(
    ['router', 'AUC', 'DGC', 'DGC over confidence', 'beats chance', 'beats confidence'],
    rows.map(({ kind, auc, dgc, dgcOverConfidence, verdict }) => [
      kind,
      interval(auc),
      interval(dgc),
      dgcOverConfidence ? interval(dgcOverConfidence) : '–',
      verdict.beatsChance ? 'yes' : 'no',
      verdict.beatsConfidence === null ? '–' : verdict.beatsConfidence ? 'yes' : 'no',
    ]),
  )

const equalEnergy = ({ routers: rows }: PairReport) =>
  markdownTable(
    [
      'router',
      'device J',
      'top-1 %',
      'random for as much',
      'confidence for as much',
      'over random, points',
      'over confidence, points',
    ],
    rows.map(({ kind, equalEnergy: e }) => [
      kind,
      e.deviceEnergyJ.toFixed(4),
      percentInterval(e.top1),
      e.randomTop1 === null ? 'cannot cost that' : percent(e.randomTop1),
      e.confidenceTop1 === null ? 'cannot cost that' : percent(e.confidenceTop1),
      e.overRandom ? percentInterval(e.overRandom) : '–',
      e.overConfidence ? percentInterval(e.overConfidence) : '–',
    ]),
  )

const learners = ({ learners: rows }: PairReport) =>
  markdownTable(
    ['learner', 'setting', 'precision', 'recall', 'F1', 'AUC'],
    rows.map((row) => [
      row.learner,
      row.setting,
      ...[row.precision, row.recall, row.f1, row.auc].map((value) => value.toFixed(3)),
    ]),
  )

const featureCounts = ({ featureCounts: rows, folds }: PairReport) =>
  rows
    .filter((row) => row.folds > 0)
    .toSorted((a, b) => b.folds - a.folds)
    .map((row) => `${row.feature} ${row.folds}/${folds}`)
    .join(', ')

/** `published`: the same pair judged with the paper's costs and its seven features; left out where there is none. */
export function summaryOf(report: PairReport, published?: PairReport): string {
  const { shares } = report
  const sections = [
    `# ${report.localModel} → ${report.edgeModel}`,
    `${report.dataset}: ${report.images} images, ${report.folds} folds, seed ${report.seed}, features chosen ${report.featureChoice === 'nested' ? 'anew inside every fold' : 'as in the paper'}; threshold set to offload 30 %. Every figure of a router is of images that it has not seen.`,
    `Both right ${percent(shares.bothRight)} %, only the edge ${percent(shares.onlyEdgeRight)} %, only the local model ${percent(shares.onlyLocalRight)} %, neither ${percent(shares.bothWrong)} %.`,
    `## Findings\n\n${report.findings.map((words) => `- ${words}`).join('\n')}`,
    `## Routers\n\n${routers(report)}`,
    `## Strategies\n\n${strategies(report)}`,
    `## Equal device energy\n\nCosts: ${report.costs.uploadSource}.\n\n${equalEnergy(report)}`,
    ...(published
      ? [
          `## Equal device energy with the paper’s costs\n\nThe paper’s seven features.\n\n${equalEnergy(published)}`,
        ]
      : []),
    ...(report.learners.length > 0
      ? [
          `## Learners on image features\n\n${learners(report)}\n\nFeatures chosen, in folds: ${featureCounts(report)}.`,
        ]
      : []),
  ]
  return `${sections.join('\n\n')}\n`
}
