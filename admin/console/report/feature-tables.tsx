// What the features are worth: in how many folds each was chosen, how the choice on all images went, and how the paper's
// four learners do on them.

import { Card, Title } from '@mantine/core'
import type { PairReport } from '#contract/results/pair-report.ts'
import { featureInWords } from '../features/feature-names.ts'
import { HowChosen } from '../features/how-chosen.tsx'
import { DataTable } from '../parts/data-table.tsx'

export function FeatureTables({ report }: { readonly report: PairReport }) {
  const chosen = report.featureCounts.filter(({ folds }) => folds > 0).sort((a, b) => b.folds - a.folds)
  return (
    <>
      <Card withBorder>
        <Title order={2} size="h4">
          Features by folds
        </Title>
        <DataTable
          label="Features by folds"
          minWidth={280}
          rows={chosen}
          keyOf={({ feature }) => feature}
          columns={[
            { name: 'Feature', cell: ({ feature }) => featureInWords(feature) },
            { name: `Chosen in, of ${report.folds}`, isFigure: true, cell: ({ folds }) => folds },
          ]}
        />
      </Card>
      {report.selectionOfAll && <HowChosen selection={report.selectionOfAll} />}
      {report.learners.length > 0 && (
        <Card withBorder>
          <Title order={2} size="h4">
            Learners
          </Title>
          <DataTable
            label="Learners"
            rows={report.learners}
            keyOf={({ learner }) => learner}
            columns={[
              { name: 'Learner', cell: ({ learner }) => learner },
              { name: 'Setting', cell: ({ setting }) => setting },
              { name: 'Precision', isFigure: true, cell: ({ precision }) => precision.toFixed(3) },
              { name: 'Recall', isFigure: true, cell: ({ recall }) => recall.toFixed(3) },
              { name: 'F1', isFigure: true, cell: ({ f1 }) => f1.toFixed(3) },
              { name: 'AUC', isFigure: true, cell: ({ auc }) => auc.toFixed(3) },
            ]}
          />
        </Card>
      )}
    </>
  )
}
