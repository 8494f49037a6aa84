// Selections and evaluations in words and tables, the honest parts first: what was compared, on how many held-out
// images, and whether the router is any better than chance.

import type { Evaluation, Interval } from '#contract/evaluation.ts'
import type { SelectionResult } from '#contract/selection.ts'
import type { ProfileLine } from '../client/profile-lines.ts'
import { type Cell, percent, round, table } from './table.ts'

const within = (i: Interval, show: (v: number) => string): string =>
  `${show(i.value)} [${show(i.low)}, ${show(i.high)}]`

export function profileReport(lines: readonly ProfileLine[]): string {
  const rows: Cell[][] = [['model', 'device', 'top-1', 'top-5', 'mean ms', 'p95 ms', 'J/image', 'energy by']]
  for (const { model, device, summary: s } of lines)
    rows.push([
      model,
      device,
      percent(s.top1),
      percent(s.top5),
      round(s.latencyMeanMs),
      round(s.latencyP95Ms),
      round(s.energy.perImageJ, 4),
      s.energy.method,
    ])
  return table(rows)
}

export function selectionReport(result: SelectionResult): string {
  const rows: Cell[][] = [['candidate', 'local ms', 'edge ms', 'top-1', 'on local failures']]
  for (const c of result.candidates)
    rows.push([
      c.name,
      round(c.localLatencyMeanMs),
      round(c.edgeLatencyMeanMs),
      percent(c.top1),
      c.top1OnLocalFailures === null ? null : percent(c.top1OnLocalFailures),
    ])
  const lines = [table(rows), '', ...result.reasons]
  if (result.ok) {
    const s = result.shares
    lines.push(
      `On ${result.images} images: both right ${percent(s.bothRight)}, only the edge ${percent(s.onlyEdgeRight)}, ` +
        `only the local ${percent(s.onlyLocalRight)}, both wrong ${percent(s.bothWrong)}.`,
    )
  }
  return lines.join('\n')
}

export function evaluationReport(e: Evaluation): string {
  const rows: Cell[][] = [['strategy', 'offload', 'top-1 [95 %]', 'mean ms', 'device J']]
  for (const s of e.strategies)
    rows.push([
      s.name === 'router' ? e.kind : s.name,
      percent(s.offloadShare),
      within(s.top1, percent),
      round(s.latencyMeanMs),
      round(s.deviceEnergyJ, 4),
    ])
  const share = (v: number) => round(v, 3)
  return [
    table(rows),
    '',
    `AUC ${within(e.auc, share)}   DGC ${within(e.dgc, share)}   precision ${share(e.precision)}   recall ${share(e.recall)}   F1 ${share(e.f1)}`,
    `${e.images} images, ${e.folds} held-out folds, seed ${e.seed}, offload target ${percent(e.offloadTarget)}`,
    `Upload: ${e.costs.uploadSource}`,
    `Verdict: ${e.verdict.words}`,
  ].join('\n')
}
