// Stage train, second half: the paper's four learners, each tuned inside the folds (its Figures 11 to 14) and judged on
// held-out images (Figure 15). All figures are of "needs the edge".

import type { LearnerFigures, LearnerName } from '#contract/results/learner-figures.ts'
import { axisAround, decimal, dots, figure, legend } from './figures.ts'
import { type Html, html, NOTHING } from './html.ts'
import { PUBLISHED } from './published.ts'

const NAMES: Record<LearnerName, string> = {
  knn: 'K nearest neighbours',
  'random-forest': 'Random forest',
  adaboost: 'AdaBoost',
  'one-vs-rest': 'One-vs-rest',
}

const MEASURES = [
  ['precision', 'precision'],
  ['recall', 'recall'],
  ['F1', 'f1'],
  ['AUC', 'auc'],
] as const

export function learnerSection(learners: readonly LearnerFigures[]): Html {
  if (learners.length === 0) return NOTHING
  return html`<section id="learners">
<h2>Learners</h2>
<p class="source">Paper: Figures 11 to 14 (tuning) and Figure 15 (comparison)</p>
<p>Four ways to learn “needs the edge” from the features. Each setting was chosen by cross-validation inside the training part
of every fold, then judged once on the part that was held out. The paper chooses the random forest.</p>
${comparison(learners)}
${learners.map(tuning)}
</section>`
}

function comparison(learners: readonly LearnerFigures[]): Html {
  return figure({
    title: 'Figure 15: the learners, each at its best setting',
    drawing: html`${legend(MEASURES)}${dots(
      learners.map((l) => ({
        label: NAMES[l.learner],
        marks: MEASURES.map(([, key]) => ({ at: l[key], colour: key })),
        text: `AUC ${decimal(l.auc, 3)}`,
      })),
      { low: 0, high: 1, show: (v) => decimal(v, 1) },
    )}`,
    caption:
      'An AUC of 0.5 is chance. Accuracy alone says little where few images need the edge: never sending any is right on all others.',
    table: {
      head: ['Learner', '|Setting', 'Precision', 'Recall', 'F1', 'AUC', 'Accuracy', '|Published setting'],
      rows: learners.map((l) => [
        NAMES[l.learner],
        l.setting,
        decimal(l.precision, 3),
        decimal(l.recall, 3),
        decimal(l.f1, 3),
        decimal(l.auc, 3),
        decimal(l.accuracy, 3),
        PUBLISHED.learners[l.learner],
      ]),
    },
  })
}

/** Step 0.05 where figures lie close together, so that a grid that changes nothing looks like it. */
function tuning(learner: LearnerFigures): Html {
  if (learner.tuning.length === 0) return NOTHING
  const values = learner.tuning.flatMap((t) => [t.auc, t.f1])
  const chosen = learner.settingsByFold.filter((s) => s === learner.setting).length
  return figure({
    title: `${NAMES[learner.learner]}: the grid`,
    drawing: html`${legend([
      ['AUC', 'auc'],
      ['F1', 'f1'],
    ])}${dots(
      learner.tuning.map((t) => ({
        label: t.setting === learner.setting ? html`<strong>${t.setting}</strong>` : t.setting,
        marks: [
          { at: t.f1, colour: 'f1' },
          { at: t.auc, colour: 'auc' },
        ],
        text: `${decimal(t.auc, 3)} / ${decimal(t.f1, 3)}`,
      })),
      { ...axisAround(values, 0.05), show: (v) => decimal(v) },
    )}`,
    caption: html`Means of inner cross-validation. ${learner.setting} was chosen in ${chosen} of ${learner.settingsByFold.length} folds; the paper arrives at ${PUBLISHED.learners[learner.learner]}.`,
    table: {
      head: ['Setting', 'Precision', 'Recall', 'F1', 'AUC', 'Accuracy', 'Folds that chose it'],
      rows: learner.tuning.map((t) => [
        t.setting,
        decimal(t.precision, 3),
        decimal(t.recall, 3),
        decimal(t.f1, 3),
        decimal(t.auc, 3),
        decimal(t.accuracy, 3),
        learner.settingsByFold.filter((s) => s === t.setting).length,
      ]),
    },
  })
}
