// What comes first: the findings in words, and the pair that everything below is about (paper, section 3).

import type { PairReport } from '#contract/results/pair-report.ts'
import { bars, count, DASH, decimal, figure, legend, percent } from './figures.ts'
import { type Html, html } from './html.ts'
import { PUBLISHED } from './published.ts'

export const findings = (report: PairReport): Html => html`<section id="findings">
<h2>Findings</h2>
<ol class="findings">${report.findings.map((words) => html`<li>${words}</li>`)}</ol>
</section>`

export function pairSection(report: PairReport): Html {
  const { shares } = report
  const parts = [
    ['Both are right', 'both', shares.bothRight, PUBLISHED.shares.bothRight],
    ['Only the edge model is right', 'edge', shares.onlyEdgeRight, PUBLISHED.shares.onlyEdgeRight],
    ['Only the local model is right', 'local', shares.onlyLocalRight, PUBLISHED.shares.onlyLocalRight],
    ['Both are wrong', 'none', shares.bothWrong, undefined],
  ] as const
  const failures = shares.onlyEdgeRight + shares.bothWrong
  const onFailures = failures === 0 ? 0 : shares.onlyEdgeRight / failures
  const paper = (share: number | undefined) => (share === undefined ? DASH : percent(share, 2))
  return html`<section id="pair">
<h2>The pair</h2>
<p class="source">Paper: section 3, the shares of its pair (MobileNet v1, Inception v4)</p>
<p>${report.localModel} answers on the device; ${report.edgeModel} answers at the edge. What a router can gain lies
in the images that only the edge model gets right, ${percent(shares.onlyEdgeRight)} here; what it can lose by sending
too much, in those that only the local model gets right, ${percent(shares.onlyLocalRight)}. Where the local model is
wrong, the edge model is right on ${percent(onFailures)} (published ${percent(PUBLISHED.edgeTop1OnLocalFailures, 2)}).</p>
${figure({
  title: 'Who is right',
  drawing: html`${legend(parts.map(([label, colour]) => [label, colour]))}
${bars([
  {
    label: 'This pair',
    parts: parts.map(([, colour, value]) => ({ value, colour })),
    text: `${count(report.images)} images`,
  },
  {
    label: 'Published',
    parts: [
      ...parts.slice(0, 3).map(([, colour, , value]) => ({ value: value ?? 0, colour })),
      { value: remainder(), colour: 'none' },
    ],
    text: '50,000 images',
  },
])}`,
  caption:
    'Published shares are of other models on other images; the last one is the remainder of the three that the paper states.',
  table: {
    head: ['Outcome', 'Here', 'Published'],
    rows: parts.map(([label, , value, published]) => [label, percent(value, 2), paper(published)]),
  },
})}
<p class="caption">A router that always decides right would reach ${percent(shares.bothRight + shares.onlyEdgeRight + shares.onlyLocalRight)};
chance and oracle lie ${decimal(report.oracleAudc - report.randomAudc, 4)} apart in area under the deferral curve, which is what
DGC is measured in.</p>
</section>`
}

const remainder = (): number =>
  1 - PUBLISHED.shares.bothRight - PUBLISHED.shares.onlyEdgeRight - PUBLISHED.shares.onlyLocalRight
