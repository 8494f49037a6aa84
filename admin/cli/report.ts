// Selections and evaluations in words and tables, the honest parts first: what was compared, on how many held-out
// images, and whether the router is any better than chance. Of the many dominated pairs of a selection only as many
// as fill a screen.

import type { Evaluation, Interval } from '#contract/results/evaluation.ts'
import type { PairReport } from '#contract/results/pair-report.ts'
import type { EqualEnergy } from '#contract/results/router-figures.ts'
import type { FrontPair, SelectionCandidate, SelectionResult } from '#contract/results/selection.ts'
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

/** Rows of the table of pairs, unless the front alone has more. */
const PAIRS_SHOWN = 12

export function selectionReport(result: SelectionResult): string {
  const lines = [candidateTable(result), '', ...result.reasons]
  if (result.ok) {
    const s = result.shares
    lines.push(
      `On ${result.images} images: both right ${percent(s.bothRight)}, only the edge ${percent(s.onlyEdgeRight)}, ` +
        `only the local ${percent(s.onlyLocalRight)}, both wrong ${percent(s.bothWrong)}.`,
    )
  }
  // Selections of before the front was told have none.
  if (result.front !== undefined && result.front.length > 0) lines.push('', ...frontLines(result))
  return lines.join('\n')
}

function candidateTable(result: SelectionResult): string {
  const isWeighted = result.expectations?.weights !== undefined
  const sum = (value: number | undefined): Cell => (value === undefined ? null : round(value, 3))
  const head = ['candidate', 'local ms', 'local J', 'edge ms', 'top-1', 'on local failures']
  const rows: Cell[][] = [[...head, ...(isWeighted ? ['local sum', 'edge sum'] : []), 'role']]
  for (const c of result.candidates)
    rows.push([
      c.name,
      round(c.localLatencyMeanMs),
      round(c.localEnergyJ, 4),
      round(c.edgeLatencyMeanMs),
      percent(c.top1),
      c.top1OnLocalFailures === null ? null : percent(c.top1OnLocalFailures),
      ...(isWeighted ? [sum(c.localWeightedSum), sum(c.edgeWeightedSum)] : []),
      roleOf(c, result),
    ])
  return table(rows)
}

function roleOf(candidate: SelectionCandidate, result: SelectionResult): Cell {
  if (result.ok && candidate.modelId === result.localModelId) return 'local'
  if (result.ok && candidate.modelId === result.edgeModelId) return 'edge'
  const isBarred = [candidate.reasonsAgainstLocal, candidate.reasonsAgainstEdge].map((r) => r && r.length > 0)
  if (isBarred[0] && isBarred[1]) return 'not admissible'
  if (isBarred[0]) return 'not as local'
  return isBarred[1] ? 'not as edge' : null
}

function frontLines(result: SelectionResult): string[] {
  const { front = [], assumption } = result
  const nameOf = (id: string) => result.candidates.find((c) => c.modelId === id)?.name
  const isChosen = (pair: FrontPair) =>
    result.ok && pair.local === nameOf(result.localModelId) && pair.edge === nameOf(result.edgeModelId)
  const best = front.filter((pair) => !pair.isDominated)
  const dominated = front.filter((pair) => pair.isDominated)
  const room = Math.max(0, PAIRS_SHOWN - best.length)
  const shown = [...best, ...dominated.filter((pair, i) => i < room || isChosen(pair))]
  const rows: Cell[][] = [
    ['', 'local', 'edge', 'top-1', 'device J', 'mean ms', 'offload', 'on the front', 'as expected'],
  ]
  for (const pair of shown)
    rows.push([
      isChosen(pair) ? '*' : '',
      pair.local,
      pair.edge,
      percent(pair.top1),
      round(pair.deviceEnergyJ, 4),
      round(pair.latencyMeanMs),
      percent(pair.offloadShare),
      pair.isDominated ? 'no' : 'yes',
      pair.isAdmissible ? 'yes' : 'no',
    ])
  const hidden = front.length - shown.length
  return [
    `What each pair would reach${assumption ? ` with ${assumedRouter(assumption)}` : ''}:`,
    table(rows),
    `${result.ok ? '* the selected pair. ' : ''}${best.length} of ${front.length} pairs are on the Pareto front` +
      `${hidden > 0 ? `; ${hidden} dominated ones are not shown (--json has them)` : ''}.`,
    ...(assumption ? [`Upload: ${assumption.uploadSource}`] : []),
  ]
}

function assumedRouter({ router, offloadShare }: NonNullable<SelectionResult['assumption']>): string {
  if (router === 'oracle') return 'an oracle that sends what only the edge gets right'
  return router === 'random'
    ? `${percent(offloadShare)} of the images sent at random`
    : `the ${percent(offloadShare)} of the images sent that the local model is least sure of`
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
  // The last one is of the document itself; evaluations of before policies have none.
  const operating = e.operating?.at(-1)
  return [
    table(rows),
    '',
    `AUC ${within(e.auc, share)}   DGC ${within(e.dgc, share)}   precision ${share(e.precision)}   recall ${share(e.recall)}   F1 ${share(e.f1)}`,
    `${e.images} images, ${e.folds} held-out folds, seed ${e.seed}`,
    ...(e.offloadTarget === undefined ? [] : [`Offload target: ${percent(e.offloadTarget)}`]),
    ...(operating === undefined
      ? []
      : [`Threshold${operating.isMet ? '' : ' (not met)'}: ${operating.words}`]),
    `Upload: ${e.costs.uploadSource}`,
    ...(e.equalEnergy === undefined ? [] : [equalEnergyLine(e.equalEnergy)]),
    `Verdict: ${e.verdict.words}`,
    ...beats(e.verdict),
  ].join('\n')
}

/** Null: they cannot spend just that much. */
function equalEnergyLine({ deviceEnergyJ, top1, randomTop1, confidenceTop1 }: EqualEnergy): string {
  const reaches = (value: number | null) => (value === null ? 'cannot cost that' : percent(value))
  return `For ${round(deviceEnergyJ, 4)} J an image: this router ${percent(top1.value)}, random ${reaches(randomTop1)}, confidence ${reaches(confidenceTop1)}`
}

/** In two words each, for whoever does not read sentences. */
function beats(verdict: { beatsChance: boolean; beatsConfidence?: boolean | null | undefined }): string[] {
  const is = (yes: boolean) => (yes ? 'yes' : 'no')
  const { beatsChance, beatsConfidence } = verdict
  const against = typeof beatsConfidence === 'boolean' ? `   beats confidence: ${is(beatsConfidence)}` : ''
  return [`Beats chance: ${is(beatsChance)}${against}`]
}

/** The compact form of a report: the page that is written beside it has all of it. */
export function pairReportText(report: PairReport): string {
  const share = (v: number | null): Cell => (v === null ? null : round(v, 3))
  const rows: Cell[][] = [
    ['strategy', 'offload', 'top-1 [95 %]', 'mean ms', 'device J', 'precision', 'recall', 'F1'],
  ]
  for (const s of report.strategies)
    rows.push([
      s.matches === undefined ? s.name : `  random as ${s.matches}`,
      percent(s.offloadShare),
      within(s.top1, percent),
      round(s.latencyMeanMs),
      round(s.deviceEnergyJ, 4),
      share(s.precision),
      share(s.recall),
      share(s.f1),
    ])
  const verdicts = report.routers.flatMap(({ kind, verdict }) => [
    `${kind}: ${verdict.words}`,
    ...beats(verdict).map((line) => `  ${line}`),
  ])
  return [
    `${report.localModel} -> ${report.edgeModel} on ${report.dataset}: ${report.images} images, ${report.folds} held-out folds, seed ${report.seed}`,
    '',
    table(rows),
    '',
    ...verdicts,
    '',
    'Findings:',
    ...report.findings.map((words, i) => `${i + 1}. ${words}`),
  ].join('\n')
}
