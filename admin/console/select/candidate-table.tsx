// The candidates with the figures that the two algorithms go by, and what speaks against each in either role.

import { Badge, Card, Text, Title } from '@mantine/core'
import { DataTable } from '../parts/data-table.tsx'
import { joules, milliseconds, percent } from '../parts/format.ts'
import type { Result } from './selection-page.tsx'

export function CandidateTable({ result }: { readonly result: Result }) {
  const roleOf = (modelId: string) => {
    if (!result.ok) return undefined
    return modelId === result.localModelId ? 'local' : modelId === result.edgeModelId ? 'edge' : undefined
  }
  return (
    <Card withBorder>
      <Title order={2} size="h4">
        Candidates
      </Title>
      <DataTable
        label="Candidates"
        rows={result.candidates}
        keyOf={(candidate) => candidate.modelId}
        minWidth={860}
        columns={[
          {
            name: 'Model',
            cell: ({ modelId, name }) => (
              <>
                {name} {roleOf(modelId) && <Badge tt="none">{roleOf(modelId)}</Badge>}
              </>
            ),
          },
          { name: 'Top-1', isFigure: true, cell: ({ top1 }) => percent(top1, 2) },
          {
            name: 'Where the local one fails',
            isFigure: true,
            cell: ({ top1OnLocalFailures: share }) => (share === null ? '–' : percent(share, 2)),
          },
          { name: 'Local latency', isFigure: true, cell: (c) => milliseconds(c.localLatencyMeanMs) },
          { name: 'Local energy', isFigure: true, cell: (c) => joules(c.localEnergyJ) },
          { name: 'Edge latency', isFigure: true, cell: (c) => milliseconds(c.edgeLatencyMeanMs) },
          {
            name: 'Against it',
            cell: ({ reasonsAgainstLocal = [], reasonsAgainstEdge = [] }) => (
              <Text size="xs" c="dimmed">
                {[
                  ...reasonsAgainstLocal.map((r) => `local: ${r}`),
                  ...reasonsAgainstEdge.map((r) => `edge: ${r}`),
                ].join('; ') || '–'}
              </Text>
            ),
          },
        ]}
      />
    </Card>
  )
}
