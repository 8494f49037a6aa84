// The features that a router reads, by what they matter, and what pruning dropped for them.

import { Card, Text, Title } from '@mantine/core'
import { DataTable } from '../parts/data-table.tsx'
import type { Router } from './router-page.tsx'

export function FeatureCard({ router }: { readonly router: Router }) {
  const features = router.provenance.features ?? []
  const selection = router.evaluation.featureSelection
  if (features.length === 0)
    return (
      <Card withBorder>
        <Title order={2} size="h4">
          Features
        </Title>
        <Text size="sm">It reads no image features: it goes by the local model’s answer.</Text>
      </Card>
    )
  return (
    <Card withBorder>
      <Title order={2} size="h4">
        Features
      </Title>
      {selection ? (
        <DataTable
          label="Features by what is lost without them"
          rows={[...selection.importance].sort((a, b) => b.aucLoss - a.aucLoss)}
          keyOf={({ feature }) => feature}
          columns={[
            { name: 'Feature', cell: ({ feature }) => feature },
            { name: 'AUC lost without it', isFigure: true, cell: ({ aucLoss }) => aucLoss.toFixed(4) },
            {
              name: 'Accuracy lost without it',
              isFigure: true,
              cell: ({ accuracyLoss }) => accuracyLoss.toFixed(4),
            },
          ]}
        />
      ) : (
        <Text size="sm">{features.join(', ')} — the paper’s seven, chosen on other images.</Text>
      )}
    </Card>
  )
}
