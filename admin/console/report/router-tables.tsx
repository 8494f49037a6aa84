// Every router by the measures that judge its order, and every strategy by what it reaches and costs.

import { Badge, Card, Text, Title } from '@mantine/core'
import type { PairReport } from '#contract/results/pair-report.ts'
import type { Verdict } from '#contract/results/router-figures.ts'
import { DataTable } from '../parts/data-table.tsx'
import { interval, joules, milliseconds, percent, percentInterval } from '../parts/format.ts'

export function RouterTables({ report }: { readonly report: PairReport }) {
  return (
    <>
      <Card withBorder>
        <Title order={2} size="h4">
          Routers
        </Title>
        <DataTable
          label="Routers"
          rows={report.routers}
          keyOf={({ kind }) => kind}
          minWidth={760}
          columns={[
            { name: 'Router', cell: ({ kind }) => kind },
            { name: 'DGC, 95 %', isFigure: true, cell: ({ dgc }) => interval(dgc) },
            { name: 'AUC, 95 %', isFigure: true, cell: ({ auc }) => interval(auc, 3) },
            {
              name: 'Over confidence',
              isFigure: true,
              cell: ({ dgcOverConfidence: d }) => (d ? interval(d) : '–'),
            },
            {
              name: 'Over lots at equal energy',
              isFigure: true,
              cell: ({ equalEnergy: { overRandom } }) => (overRandom ? percentInterval(overRandom) : '–'),
            },
            { name: 'Verdict', cell: ({ verdict }) => <VerdictCell verdict={verdict} /> },
          ]}
        />
      </Card>
      <Card withBorder>
        <Title order={2} size="h4">
          Strategies
        </Title>
        <DataTable
          label="Strategies"
          rows={report.strategies}
          keyOf={({ name, matches }) => `${name} ${matches ?? ''}`}
          minWidth={760}
          columns={[
            {
              name: 'Strategy',
              cell: ({ name, matches }) => (matches ? `lots, as many as ${matches}` : name),
            },
            { name: 'Sent', isFigure: true, cell: ({ offloadShare }) => percent(offloadShare) },
            { name: 'Top-1, 95 %', isFigure: true, cell: ({ top1 }) => percentInterval(top1) },
            {
              name: 'Mean latency',
              isFigure: true,
              cell: ({ latencyMeanMs }) => milliseconds(latencyMeanMs),
            },
            { name: 'Device energy', isFigure: true, cell: ({ deviceEnergyJ }) => joules(deviceEnergyJ) },
            { name: 'F1', isFigure: true, cell: ({ f1 }) => f1?.toFixed(3) ?? '–' },
          ]}
        />
      </Card>
    </>
  )
}

/** In a word, and in sentences for whoever opens it. */
function VerdictCell({ verdict: { beatsChance, beatsConfidence, words } }: { readonly verdict: Verdict }) {
  const [said, colour] = !beatsChance
    ? ['no better than lots', 'red']
    : beatsConfidence === false
      ? ['not better than confidence', 'yellow']
      : ['better than lots', 'teal']
  return (
    <details>
      <summary>
        <Badge variant="light" color={colour} tt="none">
          {said}
        </Badge>
      </summary>
      <Text size="xs" mt={4} miw={320}>
        {words}
      </Text>
    </details>
  )
}
