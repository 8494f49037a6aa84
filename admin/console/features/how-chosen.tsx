// How features were chosen, step by step as in the paper: which say the same as others, how the rest rank by two measures,
// and which were dropped last.

import { Card, SimpleGrid, Text, Title } from '@mantine/core'
import type { FeatureSelection } from '#contract/results/feature-selection.ts'
import { DataTable } from '../parts/data-table.tsx'
import { featureInWords } from './feature-names.ts'

export function HowChosen({ selection }: { readonly selection: FeatureSelection }) {
  const { pruned, ranking, afterRanking, ablation } = selection
  const dropped = pruned.filter((group) => group.dropped.length > 0)
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }}>
      <Card withBorder>
        <Title order={2} size="h4">
          Ranking
        </Title>
        <Text size="sm" c="dimmed">
          By recursive elimination and by chi-squared; the {afterRanking.length} lowest sums of ranks are
          kept.
        </Text>
        <DataTable
          label="Ranking of features"
          minWidth={380}
          rows={[...ranking].sort((a, b) => a.rankSum - b.rankSum)}
          keyOf={({ feature }) => feature}
          columns={[
            {
              name: 'Feature',
              cell: ({ feature }) =>
                afterRanking.includes(feature) ? (
                  <strong>{featureInWords(feature)}</strong>
                ) : (
                  featureInWords(feature)
                ),
            },
            { name: 'Elimination', isFigure: true, cell: ({ rfeRank }) => rfeRank },
            { name: 'Chi-squared', isFigure: true, cell: ({ chiSquaredRank }) => chiSquaredRank },
            { name: 'Sum', isFigure: true, cell: ({ rankSum }) => rankSum },
          ]}
        />
      </Card>
      <Card withBorder>
        <Title order={2} size="h4">
          Ablation
        </Title>
        <Text size="sm" c="dimmed">
          One after the other the feature that is missed least is dropped.
        </Text>
        <DataTable
          label="Ablation"
          minWidth={320}
          rows={ablation}
          keyOf={({ dropped: feature }) => feature}
          columns={[
            { name: 'Dropped', cell: ({ dropped: feature }) => featureInWords(feature) },
            { name: 'AUC before', isFigure: true, cell: ({ auc }) => auc.toFixed(3) },
            { name: 'Accuracy before', isFigure: true, cell: ({ accuracy }) => accuracy.toFixed(3) },
          ]}
        />
        <Title order={3} size="h5" mt="md">
          Say the same as another
        </Title>
        {dropped.length === 0 ? (
          <Text size="sm">None: no two correlate by more than 0.75.</Text>
        ) : (
          dropped.map(({ kept, dropped: same }) => (
            <Text key={kept} size="sm">
              {featureInWords(kept)} stands for{' '}
              {same.map(({ feature, r }) => `${featureInWords(feature)} (r ${r.toFixed(2)})`).join(', ')}.
            </Text>
          ))
        )}
      </Card>
    </SimpleGrid>
  )
}
