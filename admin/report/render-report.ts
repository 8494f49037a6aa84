// The report of a pair as one page that opens from disk: no network, no fonts, no pictures, one script that draws the
// curves. It follows the flow from the pair to the verdict. The content security policy names the page's two scripts by
// digest, so that nothing else could run even where a name were not escaped.

import { createHash } from 'node:crypto'
import type { PairReport } from '#contract/results/pair-report.ts'
import { breakdownSection, methodSection, oracleSection } from './cost-section.ts'
import { featureSection } from './feature-section.ts'
import { count, decimal, percent } from './figures.ts'
import { Html, html, NOTHING } from './html.ts'
import { learnerSection } from './learner-section.ts'
import { findings, pairSection } from './pair-section.ts'
import { PLOT_SCRIPT } from './plot-script.ts'
import { PAPER } from './published.ts'
import { routerSection, verdictSection } from './router-section.ts'
import { strategySection } from './strategy-section.ts'
import { STYLE } from './style.ts'

export interface ReportAssets {
  readonly uplotJs: string
  readonly uplotCss: string
}

export function renderReport(report: PairReport, assets: ReportAssets): string {
  const scripts = [assets.uplotJs, PLOT_SCRIPT].map((code) => code.replaceAll(/<\/(?=script)/gi, '<\\/'))
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src ${scripts.map((code) => `'${digest(code)}' `)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${report.localModel} \u2192 ${report.edgeModel} on ${report.dataset} \u00b7 Tandem</title>
<style>${new Html(assets.uplotCss)}${new Html(STYLE)}</style>
</head>
<body>
${heading(report)}
<main>
${findings(report)}
${pairSection(report)}
${featureSection(report)}
${learnerSection(report.learners)}
${strategySection(report)}
${routerSection(report)}
${breakdownSection(report)}
${verdictSection(report)}
${methodSection(report)}
${oracleSection(report)}
</main>
<footer><p>Made by Tandem. “Published” figures: ${PAPER.title}, <a href="https://doi.org/${PAPER.doi}">doi ${PAPER.doi}</a>.
Curves by uPlot (MIT).</p></footer>
${scripts.map((code) => html`<script>${new Html(code)}</script>`)}
</body>
</html>
`
  return page.text
}

const digest = (code: string): string => `sha256-${createHash('sha256').update(code).digest('base64')}`

const SECTIONS = [
  ['pair', 'The pair'],
  ['features', 'Features'],
  ['learners', 'Learners'],
  ['strategies', 'Strategies'],
  ['routers', 'Routers'],
  ['energy', 'Equal energy'],
  ['breakdown', 'Energy'],
  ['verdicts', 'Verdicts'],
  ['method', 'Method'],
  ['oracle', 'Share of the oracle'],
] as const

function heading(report: PairReport): Html {
  const links = SECTIONS.filter(([id]) => id !== 'learners' || report.learners.length > 0)
  return html`<header>
<p class="eyebrow">Tandem \u00b7 report of a pair</p>
<h1>${report.localModel} <span class="to">\u2192</span> ${report.edgeModel}</h1>
<p class="about">${report.dataset} \u00b7 ${count(report.images)} images \u00b7 ${report.folds} held-out folds \u00b7 seed ${report.seed}</p>
${tiles(report)}
<nav aria-label="Sections">${links.map(([id, title]) => html`<a href="#${id}">${title}</a> `)}</nav>
</header>`
}

function tiles(report: PairReport): Html {
  const top1 = (name: string) => report.strategies.find((s) => s.name === name)?.top1.value
  const tile = (value: string, words: string) => html`<li><b>${value}</b><span>${words}</span></li>`
  const share = (name: string, words: string) => {
    const value = top1(name)
    return value === undefined ? NOTHING : tile(percent(value), words)
  }
  const best = report.routers.toSorted((a, b) => b.dgc.value - a.dgc.value)[0]
  return html`<ul class="tiles">${share('local-only', 'right, local model alone')}${share('edge-only', 'right, edge model alone')}${share('oracle', 'right, if every image went the right way')}${
    best === undefined
      ? NOTHING
      : tile(decimal(best.dgc.value), `DGC of ${best.kind}, the highest: 0 is chance, 1 the oracle`)
  }</ul>`
}
