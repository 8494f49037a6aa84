// bench/results/imagenet.md: all pairs and routers side by side, and the deferral curves of every pair against what is sent
// and against the energy of the device.

import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Interval } from '#contract/results/evaluation.ts'
import type { PairReport } from '#contract/results/pair-report.ts'
import { markdownTable } from '../markdown-table.ts'
import { drawPlot } from '../report/draw-plot.ts'
import { machineSentence } from '../report/machine.ts'
import { resultsFolder } from '../report/results-folder.ts'

const percent = (share: number) => (share * 100).toFixed(1)
const told = ({ value, low, high }: Interval) => `${value.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`
const points = (interval: Interval | null) =>
  interval
    ? `${percent(interval.value)} [${percent(interval.low)}, ${percent(interval.high)}]`
    : 'cannot cost that'
const pairOf = ({ localModel, edgeModel }: PairReport) => `${localModel} → ${edgeModel}`

export async function writeOverview(reports: readonly PairReport[]): Promise<void> {
  const [first] = reports
  if (!first) return
  const offload = await drawPlot('imagenet-deferral', curves(reports, 'offload', 'share sent', {}))
  const energy = await drawPlot(
    'imagenet-energy',
    curves(reports, 'deviceEnergyJ', 'device energy an image, J', { scale: { zero: false } }),
  )
  const beats = reports.flatMap((report) =>
    report.routers
      .filter(({ verdict }) => verdict.beatsConfidence)
      .map(({ kind }) => `${kind} on ${pairOf(report)}`),
  )
  const chance = reports.filter(
    (report) => !report.routers.find(({ kind }) => kind === 'forest')?.verdict.beatsChance,
  )
  const text = [
    '# Real images: every admissible pair, every router',
    `\`npm run bench -- imagenet\`: ${first.dataset}, ${first.folds} folds, seed ${first.seed}, features chosen ${first.featureChoice === 'nested' ? 'anew inside every fold' : 'as in the paper'}; thresholds set to send 30 %; intervals of 95 % from 1000 paired resamples. Admissible is a pair whose local model is the quicker one. A page a pair, with learners, strategies and the paper's costs, is beside this one. ${machineSentence()}`,
    '## What follows',
    [
      `- Image features before inference (the paper's forest) are no better than chance on ${chance.length} of ${reports.length} pairs.`,
      `- Better than the local model's own confidence, with an interval of the paired difference that excludes 0: ${beats.join(', ') || 'none'}.`,
    ].join('\n'),
    '## Pairs',
    pairTable(reports),
    '## Routers',
    routerTable(reports),
    ...(offload ? [`![](${offload})`] : []),
    '## At equal device energy',
    'What each reaches at its own operating point, and the difference in points of top-1 to drawing lots and to confidence for the same joules of the device. Upload costs: ' +
      `${first.costs.uploadSource}.`,
    energyTable(reports),
    ...(energy ? [`![](${energy})`] : []),
  ]
  await writeFile(path.join(resultsFolder(), 'imagenet.md'), `${text.join('\n\n')}\n`)
}

const pairTable = (reports: readonly PairReport[]) =>
  markdownTable(
    [
      'pair',
      'both right %',
      'only edge %',
      'only local %',
      'neither %',
      'local ms',
      'edge ms',
      'seven features ms',
    ],
    reports.map((report) => [
      pairOf(report),
      ...[
        report.shares.bothRight,
        report.shares.onlyEdgeRight,
        report.shares.onlyLocalRight,
        report.shares.bothWrong,
      ].map(percent),
      ...[report.costs.localMs, report.costs.edgeMs, report.costs.featuresMs].map((ms) => ms.toFixed(2)),
    ]),
  )

const routerTable = (reports: readonly PairReport[]) =>
  markdownTable(
    ['pair', 'router', 'AUC', 'DGC', 'DGC over confidence', 'beats chance', 'beats confidence'],
    reports.flatMap((report) =>
      report.routers.map(({ kind, auc, dgc, dgcOverConfidence, verdict }) => [
        pairOf(report),
        kind,
        told(auc),
        told(dgc),
        dgcOverConfidence ? told(dgcOverConfidence) : '–',
        verdict.beatsChance ? 'yes' : 'no',
        verdict.beatsConfidence === null ? '–' : verdict.beatsConfidence ? 'yes' : 'no',
      ]),
    ),
  )

const energyTable = (reports: readonly PairReport[]) =>
  markdownTable(
    ['pair', 'router', 'device J', 'top-1 %', 'over lots, points', 'over confidence, points'],
    reports.flatMap((report) =>
      report.routers.map(({ kind, equalEnergy: e }) => [
        pairOf(report),
        kind,
        e.deviceEnergyJ.toFixed(4),
        points(e.top1),
        points(e.overRandom),
        kind === 'confidence' ? '–' : points(e.overConfidence),
      ]),
    ),
  )

/** Lots lie on the straight line between the two models alone, the oracle above all. */
function curves(reports: readonly PairReport[], x: 'offload' | 'deviceEnergyJ', title: string, more: object) {
  const values = reports.flatMap((report) =>
    report.routers.flatMap(({ kind, curve }) =>
      curve.map((point) => ({ pair: pairOf(report), router: kind, x: point[x], top1: point.top1 * 100 })),
    ),
  )
  return {
    title: `Top-1 against ${title}`,
    data: { values },
    facet: { field: 'pair', type: 'nominal', title: null, columns: 3 },
    spec: {
      width: 260,
      height: 200,
      mark: { type: 'line', strokeWidth: 1.5 },
      encoding: {
        x: { field: 'x', type: 'quantitative', title, ...more },
        y: { field: 'top1', type: 'quantitative', title: 'top-1 %', scale: { zero: false } },
        color: { field: 'router', type: 'nominal', title: null },
      },
    },
    columns: 3,
    resolve: { scale: { y: 'independent', x: 'independent' } },
  }
}
