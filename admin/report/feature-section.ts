// Stage train, first half: how 29 features become seven (paper, section 4; Tables 3 to 5, Figures 9 and 10). Shown is
// the selection on all images, which a deployed router uses; what the folds chose on their own stands beside it.

import { FEATURE_NAMES, type FeatureName, RUNTIME_FEATURES } from '#contract/features.ts'
import type { AblationStep, FeatureSelection, RankedFeature } from '#contract/results/feature-selection.ts'
import type { PairReport } from '#contract/results/pair-report.ts'
import { bars, count, DASH, decimal, figure, legend, type Table, table } from './figures.ts'
import { type Content, Html, html, NOTHING } from './html.ts'
import { PUBLISHED, PUBLISHED_GROUPS, PUBLISHED_RANKED } from './published.ts'

/** The paper's limit: of two features that correlate more strongly one is dropped. */
const STRONG = 0.75

export function featureSection(report: PairReport): Html {
  const selection = report.selectionOfAll ?? report.featureSelections.at(-1)
  return html`<section id="features">
<h2>Feature selection</h2>
<p class="source">Paper: Tables 3 to 5, Figures 9 and 10</p>
${selection === undefined ? paperSeven() : selected(report, selection)}
</section>`
}

const paperSeven =
  (): Html => html`<p>Nothing was selected on these images: the routers use the seven features that the
paper arrives at, chosen on other images. <code>--features nested</code> chooses anew inside every fold.</p>
${chips(RUNTIME_FEATURES, RUNTIME_FEATURES)}`

function selected(report: PairReport, selection: FeatureSelection): Html {
  return html`<p>Of ${PUBLISHED.features.initial} features ${selection.afterPruning.length} are left after pruning what correlates
(published ${PUBLISHED.features.afterPruning}), ${selection.afterRanking.length} after ranking, ${selection.selected.length} after leaving
out one at a time. ${
    report.featureChoice === 'nested'
      ? 'Every fold went this way on its own training part, so no held-out image had a say in its own features; shown is the selection on all images.'
      : 'The routers below use the seven of the paper; this selection is for comparison.'
  }</p>
${pruning(selection)}${ranking(selection)}${ablation(selection)}${importance(selection)}${foldCounts(report)}`
}

const chips = (names: readonly FeatureName[], published: readonly FeatureName[]): Html =>
  html`<ul class="chips">${names.map((name) => html`<li${new Html(published.includes(name) ? ' class="shared"' : '')}>${name}</li>`)}</ul>`

function pruning({ correlation, pruned, afterPruning, rows }: FeatureSelection): Html {
  return html`<h3>Table 3: what says the same</h3>
${figure({
  title: html`Pearson’s r of all pairs of features, on ${count(rows)} images`,
  drawing: html`${legend([
    ['positive', 'positive'],
    ['negative', 'negative'],
  ])}${heatmap(correlation)}`,
  caption: html`Columns are in the order of the rows. Framed: |r| above ${STRONG}.`,
  isForScreen: true,
  table: {
    head: ['r', ...FEATURE_NAMES],
    rows: correlation.map((line, i) => [FEATURE_NAMES[i] ?? '', ...line.map((r) => decimal(r))]),
  },
})}
${table({
  head: ['Kept', '|Dropped for it (r)', '|Published: dropped (r)'],
  rows: [
    ...pruned.map(({ kept, dropped }): Content[] => [
      kept,
      dropped.map((d) => `${d.feature} (${decimal(d.r)})`).join(', '),
      publishedGroup(kept),
    ]),
    ...PUBLISHED_GROUPS.filter((group) => !pruned.some(({ kept }) => kept === group.kept)).map(
      (group): Content[] => [group.kept, DASH, publishedGroup(group.kept)],
    ),
  ],
})}
<h3>Table 4: left after pruning</h3>
<p class="caption">Shaded: also among the ten that the paper ranks highest.</p>
${chips(afterPruning, PUBLISHED_RANKED)}`
}

function publishedGroup(kept: FeatureName): Content {
  const group = PUBLISHED_GROUPS.find((g) => g.kept === kept)
  return group === undefined ? DASH : `${group.dropped.join(', ')} (${group.r})`
}

/** No script and no picture: a grid of cells, so that it prints and follows the theme. */
function heatmap(correlation: readonly (readonly number[])[]): Html {
  const cell = (r: number, row: number, column: number) => {
    const strong = Math.abs(r) > STRONG ? ' class="strong"' : ''
    // A feature with itself says nothing, and would be all that one sees.
    if (row === column) return html`<i class="self"></i>`
    const colour = r < 0 ? 'negative' : 'positive'
    return html`<i${new Html(strong)} style="--h:var(--c-${colour});--r:${Math.abs(r).toFixed(2)}" title="${FEATURE_NAMES[row] ?? ''}, ${FEATURE_NAMES[column] ?? ''}: ${decimal(r)}"></i>`
  }
  const size = correlation.length
  return html`<div class="heat-frame"><div class="heat-names" aria-hidden="true">${FEATURE_NAMES.map((name) => html`<span>${name}</span>`)}</div>
<div class="heat" role="img" aria-label="Correlation of ${size} features; the table below has the figures" style="grid-template-columns:repeat(${size},1fr)">${correlation.map(
    (line, row) => line.map((r, column) => cell(r, row, column)),
  )}</div></div>`
}

function ranking({ ranking: ranked, afterRanking }: FeatureSelection): Html {
  const kept = ranked.filter((r) => afterRanking.includes(r.feature))
  const others = ranked.filter((r) => !afterRanking.includes(r.feature))
  return html`<h3>Ranking: the ${kept.length} that stay</h3>
<p>Recursive elimination and chi-squared rank the features each; those with the lowest sum of both ranks stay.</p>
${table(ranks(kept))}
${others.length === 0 ? NOTHING : html`<details><summary>The other ${others.length}</summary>${table(ranks(others))}</details>`}`
}

const ranks = (ranked: readonly RankedFeature[]): Table => ({
  head: ['Feature', 'RFE rank', 'Chi-squared', 'Its rank', 'Sum', 'Published: kept'],
  rows: ranked.map((r) => [
    r.feature,
    r.rfeRank,
    decimal(r.chiSquared),
    r.chiSquaredRank,
    r.rankSum,
    tick(PUBLISHED_RANKED.includes(r.feature)),
  ]),
})

const tick = (is: boolean): Content => (is ? 'yes' : DASH)

function ablation({ ablation: steps, selected: final }: FeatureSelection): Html {
  const without = (step: AblationStep) => step.without.find((w) => w.feature === step.dropped)
  return html`<h3>Table 5: the features that a router uses</h3>
<p class="caption">Shaded: also among the paper’s seven (${RUNTIME_FEATURES.join(', ')}).</p>
${chips(final, RUNTIME_FEATURES)}
${
  steps.length === 0
    ? NOTHING
    : table({
        head: ['Dropped', 'AUC before', 'AUC without it', 'Accuracy before', 'Accuracy without it'],
        rows: steps.map((step) => [
          step.dropped,
          decimal(step.auc, 3),
          decimal(without(step)?.auc ?? step.auc, 3),
          decimal(step.accuracy, 3),
          decimal(without(step)?.accuracy ?? step.accuracy, 3),
        ]),
      })
}`
}

function importance({ importance: losses }: FeatureSelection): Html {
  const row = (feature: FeatureName, loss: number, colour: string) => ({
    label: feature,
    parts: [{ value: loss, colour }],
    text: decimal(loss, 4),
  })
  const sorted = losses.toSorted((a, b) => b.aucLoss - a.aucLoss)
  const byAccuracy = losses.toSorted((a, b) => b.accuracyLoss - a.accuracyLoss)
  return html`<h3>Figures 9 and 10: what each feature is worth</h3>
${figure({
  title: 'What the forest loses without it',
  drawing: html`${legend([['AUC', 'auc']])}${bars(sorted.map((l) => row(l.feature, l.aucLoss, 'auc')))}
<p></p>${legend([['accuracy', 'f1']])}${bars(byAccuracy.map((l) => row(l.feature, l.accuracyLoss, 'f1')))}`,
  caption:
    'Out-of-bag, on the selected features. Without a bar: the forest is no worse, or better, without the feature.',
  table: {
    head: ['Feature', 'Loss of AUC', 'Loss of accuracy'],
    rows: sorted.map((l) => [l.feature, decimal(l.aucLoss, 4), decimal(l.accuracyLoss, 4)]),
  },
})}`
}

function foldCounts({ featureCounts, featureSelections }: PairReport): Html {
  const folds = featureSelections.length
  const chosen = featureCounts.filter((f) => f.folds > 0).toSorted((a, b) => b.folds - a.folds)
  if (folds === 0 || chosen.length === 0) return NOTHING
  return html`<h3>How sure the choice is</h3>
${figure({
  title: `In how many of ${folds} folds each feature was selected`,
  drawing: bars(
    chosen.map((f) => ({
      label: f.feature,
      parts: [
        { value: f.folds, colour: RUNTIME_FEATURES.some((name) => name === f.feature) ? 'both' : 'plain' },
      ],
      text: `${f.folds} of ${folds}`,
    })),
  ),
  caption:
    'Green: among the paper’s seven. A feature that few folds select says little about these images: another sample would select another.',
  table: { head: ['Feature', 'Folds'], rows: chosen.map((f) => [f.feature, f.folds]) },
})}`
}
