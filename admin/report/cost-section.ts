// Where the device's energy goes (paper, Table 6), the share of the oracle, which comes last for a reason, and how all
// of it was measured.

import type { PairReport } from '#contract/results/pair-report.ts'
import { bars, count, DASH, figure, legend, orDash, percent, significant, table } from './figures.ts'
import { type Content, type Html, html, NOTHING } from './html.ts'
import { PUBLISHED } from './published.ts'
import { nameOf } from './strategy-section.ts'

const PARTS = [
  ['Features', 'features', 'featuresJ'],
  ['Local inference', 'local', 'localJ'],
  ['Upload', 'upload', 'uploadJ'],
] as const

const joules = (v: number): Content => `${significant(v)} J`

export function breakdownSection({ strategies, costs }: PairReport): Html {
  const shown = strategies.filter((s) => s.matches === undefined)
  const forest = strategies.find((s) => s.name === 'forest')
  const mean = (key: 'featuresJ' | 'localJ' | 'uploadJ') => orDash(forest?.energy[key] ?? null, joules)
  const paper = PUBLISHED.breakdownJ
  return html`<section id="breakdown">
<h2>Where the energy goes</h2>
<p class="source">Paper: Table 6</p>
<p>Means of an image under a forest before inference, as the paper tells them: what is sent away needs no local inference, what stays
no upload. Its 0.345 J are 0.49 J on the 70.4 % that stay, its 0.058 J those of uploading the other 29.6 %${
    forest === undefined ? '' : html`; here ${percent(forest.offloadShare)} are sent`
  }.</p>
${table({
  head: ['Step', 'Forest, here', 'Published', 'An image that takes the step, here'],
  rows: [
    ['Features', mean('featuresJ'), joules(paper.features), joules(costs.featuresJ)],
    ['Pre-classifier', 'not measured', joules(paper.preClassifier), 'not measured'],
    ['Local inference', mean('localJ'), joules(paper.localInference), joules(costs.localJ)],
    ['Upload', mean('uploadJ'), joules(paper.upload), joules(costs.uploadJ)],
  ],
})}
${figure({
  title: 'By strategy, mean of an image',
  drawing: html`${legend(PARTS.map(([label, colour]) => [label, colour]))}${bars(
    shown.map((s) => ({
      label: nameOf(s),
      parts: PARTS.map(([, colour, key]) => ({ value: s.energy[key], colour })),
      text: `${significant(s.deviceEnergyJ)} J`,
    })),
  )}`,
  caption: html`Published on a Raspberry Pi 3 B+ behind a power meter. Upload here: ${costs.uploadSource}.`,
  table: {
    head: ['Strategy', 'Features', 'Local inference', 'Upload', 'Together'],
    rows: shown.map((s) => [
      nameOf(s),
      joules(s.energy.featuresJ),
      joules(s.energy.localJ),
      joules(s.energy.uploadJ),
      joules(s.deviceEnergyJ),
    ]),
  },
})}
</section>`
}

export function oracleSection({ strategies }: PairReport): Html {
  const edge = strategies.find((s) => s.name === 'edge-only')
  return html`<section id="oracle">
<h2>Share of the oracle</h2>
<p class="source">Paper: its 99.45 %</p>
<p>For comparison with the paper only. Top-1 in parts of the oracle’s is high for whoever answers well: sending everything to the
edge often has 95 % without any router${edge === undefined ? NOTHING : html`, ${percent(edge.shareOfOracle)} here`}. It says little about a router; DGC does.</p>
${table({
  head: ['Strategy', 'Share of the oracle', 'Published'],
  rows: strategies
    .filter((s) => s.matches === undefined)
    .map((s) => [
      nameOf(s),
      percent(s.shareOfOracle, 2),
      s.name === 'forest' ? percent(PUBLISHED.shareOfOracle, 2) : DASH,
    ]),
})}
</section>`
}

const FEATURE_CHOICE = {
  nested: 'chosen anew inside every fold',
  paper: 'the paper’s seven, chosen on other images',
}

export function methodSection(report: PairReport): Html {
  const { costs } = report
  const facts: [string, Content][] = [
    ['Local model', report.localModel],
    ['Edge model', report.edgeModel],
    ['Data set', report.dataset],
    ['Images', count(report.images)],
    [
      'Left out as duplicates',
      report.duplicatesLeftOut === 0
        ? 'none'
        : `${count(report.duplicatesLeftOut)} with the pixels of an earlier one`,
    ],
    ['Folds', `${report.folds}, stratified; each is judged by routers fitted on the others`],
    ['Features', FEATURE_CHOICE[report.featureChoice]],
    ['Seed', String(report.seed)],
    ['Intervals', '95 %, bootstrap over images; routers share the resamples'],
    [
      'Extracting features',
      `${significant(costs.featuresMs)} ms, ${significant(costs.featuresJ)} J on the local device`,
    ],
    ['Local inference', `${significant(costs.localMs)} ms, ${significant(costs.localJ)} J`],
    ['Edge inference', `${significant(costs.edgeMs)} ms, ${significant(costs.edgeJ)} J at the edge`],
    ['Upload', `${significant(costs.uploadMs)} ms, ${significant(costs.uploadJ)} J (${costs.uploadSource})`],
  ]
  return html`<section id="method">
<h2>How it was measured</h2>
<p class="source">Times and energies are those of the profiles, made on the devices themselves</p>
<div class="card"><dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></div>
</section>`
}
