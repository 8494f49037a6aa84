// What the router reaches and costs beside the light model alone, sending everything, lots and the oracle.

import type { Evaluation } from '#contract/results/evaluation.ts'
import { DataTable } from '../parts/data-table.tsx'
import { joules, milliseconds, percent, percentInterval } from '../parts/format.ts'

const NAMES = {
  'local-only': 'light model alone',
  'edge-only': 'everything to the edge',
  random: 'lots, as many',
  router: 'this router',
  oracle: 'oracle',
} as const

export function StrategyTable({ evaluation }: { readonly evaluation: Evaluation }) {
  return (
    <DataTable
      label="Strategies"
      rows={evaluation.strategies}
      keyOf={({ name }) => name}
      columns={[
        {
          name: 'Strategy',
          cell: ({ name }) => (name === 'router' ? <strong>{NAMES[name]}</strong> : NAMES[name]),
        },
        { name: 'Sent', isFigure: true, cell: ({ offloadShare }) => percent(offloadShare) },
        { name: 'Top-1, 95 %', isFigure: true, cell: ({ top1 }) => percentInterval(top1) },
        { name: 'Mean latency', isFigure: true, cell: ({ latencyMeanMs }) => milliseconds(latencyMeanMs) },
        { name: 'Device energy', isFigure: true, cell: ({ deviceEnergyJ }) => joules(deviceEnergyJ) },
      ]}
    />
  )
}
