// The features that a router reads, by what they matter, and how they were chosen.

import { Card, Text, Title } from '@mantine/core'
import { DataTable } from '../parts/data-table.tsx'
import type { Router } from '../train/router-page.tsx'
import { featureInWords } from './feature-names.ts'
import { HowChosen } from './how-chosen.tsx'

export function FeatureCard({ router }: { readonly router: Router }) {
  const features = router.provenance.features ?? []
  const selection = router.evaluation.featureSelection
  return (
    <>
      <Card withBorder>
        <Title order={2} size="h4">
          Features
        </Title>
        {features.length === 0 ? (
          <Text size="sm">It reads no image features: it goes by the local model’s answer.</Text>
        ) : selection ? (
          <DataTable
            label="Features by what is lost without them"
            rows={[...selection.importance].sort((a, b) => b.aucLoss - a.aucLoss)}
            keyOf={({ feature }) => feature}
            columns={[
              { name: 'Feature', cell: ({ feature }) => featureInWords(feature) },
              { name: 'AUC lost without it', isFigure: true, cell: ({ aucLoss }) => aucLoss.toFixed(4) },
              {
                name: 'Accuracy lost without it',
                isFigure: true,
                cell: ({ accuracyLoss }) => accuracyLoss.toFixed(4),
              },
            ]}
          />
        ) : (
          <Text size="sm">
            {features.map(featureInWords).join(', ')}: the paper’s seven, chosen on other images. How features
            rank on these images an evaluation tells.
          </Text>
        )}
      </Card>
      {selection && <HowChosen selection={selection} />}
    </>
  )
}
