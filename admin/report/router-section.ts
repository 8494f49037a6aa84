// Beyond the paper: how well each router orders images by how much they need the edge, whatever its threshold; what
// that gains over chance and over the local model's own confidence; and what all of them reach for equal energy.

import type { PairReport } from '#contract/results/pair-report.ts'
import type { RouterFigures } from '#contract/results/router-figures.ts'
import type { OperatingPoint } from '#contract/results/threshold-policy.ts'
import type { RouterKind } from '#contract/router-kind.ts'
import {
  axisAround,
  type Curve,
  DASH,
  decimal,
  dots,
  figure,
  orDash,
  percent,
  plot,
  points,
  significant,
  table,
  within,
} from './figures.ts'
import { type Content, type Html, html, NOTHING } from './html.ts'
import { colourOf, nameOf } from './strategy-section.ts'

/** These look at no image: chance is a line of its own. */
const BASELINES: readonly RouterKind[] = ['always-local', 'always-edge', 'random']
const contenders = ({ routers }: PairReport) => routers.filter((r) => !BASELINES.includes(r.kind))

export function routerSection(report: PairReport): Html {
  const routers = contenders(report)
  if (routers.length === 0) return NOTHING
  return html`<section id="routers">
<h2>How well routers order images</h2>
<p class="source">Beyond the paper, which compares at one threshold</p>
<p>A threshold says how much is sent; the order says what. The deferral curve shows the top-1 of the pair for every share sent,
most needy images first. DGC is the area won over chance, in parts of what the oracle wins: 0 is chance, 1 is the oracle.</p>
${deferral(report, routers)}${byEnergy(report, routers)}${gain(routers)}
</section>
<section id="energy">
<h2>At equal energy</h2>
<p class="source">Beyond the paper</p>
<p>A router before inference saves local inference on what it sends; one after it has paid for it already. At equal offload that
is hidden. So: what do sending by lot and the local model’s confidence reach for just the energy that this router spends?</p>
${equalEnergy(routers)}
</section>`
}

const curveOf = (r: RouterFigures, x: 'offload' | 'deviceEnergyJ'): Curve => ({
  label: r.kind,
  colour: r.kind,
  points: r.curve.map((p) => [p[x], p.top1]),
  ...(r.isCascade ? {} : { style: 'dashed' as const }),
})

/** The oracle sends first what only the edge gets right, last what only the local model does. */
function oracleAt(offload: number, { shares }: PairReport): number {
  const { bothRight, onlyEdgeRight, onlyLocalRight } = shares
  return (
    bothRight +
    onlyLocalRight +
    Math.min(offload, onlyEdgeRight) -
    Math.max(0, offload - (1 - onlyLocalRight))
  )
}

function deferral(report: PairReport, routers: readonly RouterFigures[]): Html {
  const { shares } = report
  const local = shares.bothRight + shares.onlyLocalRight
  const edge = shares.bothRight + shares.onlyEdgeRight
  const randomAt = (offload: number) => local + offload * (edge - local)
  const corners = [0, shares.onlyEdgeRight, 1 - shares.onlyLocalRight, 1]
  const offloads = [...new Set(routers.flatMap((r) => r.curve.map((p) => p.offload)))].sort((a, b) => a - b)
  return figure({
    title: 'Deferral curves',
    drawing: plot({
      x: { label: 'images sent to the edge', unit: 'percent' },
      y: { label: 'top-1 of the pair', unit: 'percent' },
      curves: [
        {
          label: 'oracle',
          colour: 'oracle',
          style: 'dotted',
          points: corners.map((o) => [o, oracleAt(o, report)]),
        },
        { label: 'random', colour: 'random', style: 'dotted', points: [0, 1].map((o) => [o, randomAt(o)]) },
        ...routers.map((r) => curveOf(r, 'offload')),
      ],
    }),
    caption:
      'On held-out images. Dashed: decides before local inference, on image features alone. A click on a name hides its curve.',
    table: {
      head: ['Sent', 'random', 'oracle', ...routers.map((r) => r.kind)],
      rows: offloads.map((o) => [
        percent(o),
        percent(randomAt(o)),
        percent(oracleAt(o, report)),
        ...routers.map((r) => {
          const at = r.curve.find((p) => p.offload === o)
          return at === undefined ? DASH : percent(at.top1)
        }),
      ]),
    },
  })
}

function byEnergy(report: PairReport, routers: readonly RouterFigures[]): Html {
  const marks = report.strategies.filter((s) => ['local-only', 'edge-only', 'oracle'].includes(s.name))
  return figure({
    title: 'The same curves by energy',
    drawing: plot({
      x: { label: 'J an image at the local device', unit: 'joules' },
      y: { label: 'top-1 of the pair', unit: 'percent' },
      curves: [
        ...marks.map(
          (s): Curve => ({
            label: nameOf(s),
            colour: colourOf(s),
            style: 'marks',
            points: [[s.deviceEnergyJ, s.top1.value]],
          }),
        ),
        ...routers.map((r) => curveOf(r, 'deviceEnergyJ')),
      ],
    }),
    caption: html`Left and up is better. Upload: ${report.costs.uploadSource}. Where upload costs less than local inference, sending everything
costs the device least, and a router has to answer for more than energy.`,
    isForScreen: true,
    table: {
      head: ['Router', 'Sent', 'J an image', 'Top-1'],
      rows: routers.flatMap((r) =>
        r.curve.map((p): Content[] => [
          r.kind,
          percent(p.offload),
          significant(p.deviceEnergyJ),
          percent(p.top1),
        ]),
      ),
    },
  })
}

function gain(routers: readonly RouterFigures[]): Html {
  const sorted = routers.toSorted((a, b) => b.dgc.value - a.dgc.value)
  const { low, high } = axisAround([0, ...sorted.flatMap((r) => [r.dgc.low, r.dgc.high])], 0.1)
  return figure({
    title: 'DGC, with 95 % intervals',
    drawing: dots(
      sorted.map((r) => ({
        label: r.kind,
        marks: [{ at: r.dgc, colour: r.kind }],
        text: within(r.dgc, (v) => decimal(v)),
      })),
      { low, high, show: (v) => decimal(v, 1), reference: 0 },
    ),
    caption:
      'The broken line is chance. The differences are paired: both routers on the same resampled images, so two intervals that overlap may still differ for certain.',
    table: {
      head: [
        'Router',
        'AUC [95 %]',
        'AUDC [95 %]',
        'DGC [95 %]',
        'DGC over confidence [95 %]',
        'Most points over random, at',
      ],
      rows: sorted.map((r) => [
        r.kind,
        within(r.auc, (v) => decimal(v, 3)),
        within(r.audc, (v) => decimal(v, 4)),
        within(r.dgc, (v) => decimal(v, 3)),
        orDash(r.dgcOverConfidence, (d) => within(d, (v) => decimal(v, 3))),
        `${points(r.verdict.bestOffload.gain)}, ${percent(r.verdict.bestOffload.offload)} sent`,
      ]),
    },
  })
}

const equalEnergy = (routers: readonly RouterFigures[]): Html =>
  html`<div class="card">${table({
    head: [
      'Router',
      'J an image',
      'Top-1',
      'Random reaches',
      'Points over random [95 %]',
      'Confidence reaches',
      'Points over confidence [95 %]',
    ],
    rows: routers.map(({ kind, equalEnergy: e }) => [
      kind,
      significant(e.deviceEnergyJ),
      percent(e.top1.value),
      orDash(e.randomTop1, percent),
      orDash(e.overRandom, (d) => within(d, points)),
      orDash(e.confidenceTop1, percent),
      orDash(e.overConfidence, (d) => within(d, points)),
    ]),
  })}<p class="caption">A dash: they cannot spend just that much, whatever they send.</p></div>`

export const verdictSection = ({ routers }: PairReport): Html => html`<section id="verdicts">
<h2>Verdicts</h2>
<p class="source">What the promotion gate reads</p>
${routers.map(
  ({ kind, verdict, operating }) => html`<div class="verdict">
<h3><i class="swatch" style="background:var(--c-${kind})"></i>${kind}</h3>
<div>${badge(verdict.beatsChance, 'chance')}${verdict.beatsConfidence === null ? NOTHING : badge(verdict.beatsConfidence, 'confidence')}
<p>${verdict.words}</p>${thresholds(operating)}</div></div>`,
)}
</section>`

const badge = (is: boolean, what: string): Html =>
  html`<span class="badge ${is ? 'yes' : 'no'}">${is ? 'beats' : 'does not beat'} ${what}</span>`

/** Most folds say the same of their threshold: each sentence once, with its number of folds. */
function thresholds(operating: readonly OperatingPoint[]): Html[] {
  const folds = new Map<string, number>()
  for (const { isMet, words } of operating) {
    const said = isMet ? words : `Not met: ${words}`
    folds.set(said, (folds.get(said) ?? 0) + 1)
  }
  return [...folds].map(
    ([words, n]) => html`<p><small>Threshold in ${n} of ${operating.length} folds. ${words}</small></p>`,
  )
}
