// The newest decisions: which tier answered, why, how long it took and what it cost.

import { useQuery } from '@tanstack/react-query'
import { trpc } from '../app/trpc.ts'
import { DataTable } from '../parts/data-table.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { joules, milliseconds } from '../parts/format.ts'
import { Loaded } from '../parts/loaded.tsx'
import { When } from '../parts/when.tsx'

const EVERY_MS = 2_000
const SHOWN = 15

export function LiveDecisions() {
  const decisions = useQuery(
    trpc.decisions.list.queryOptions({ limit: SHOWN }, { refetchInterval: EVERY_MS }),
  )
  const devices = useQuery(trpc.devices.list.queryOptions({ limit: 1_000 }))
  const nameOf = (id: string) => devices.data?.items.find((device) => device.id === id)?.name ?? id
  return (
    <Loaded query={decisions}>
      {(page) => {
        const rows = page.items
        if (rows.length === 0)
          return (
            <EmptyState title="No image was answered yet" command="npx tandem classify image.jpg">
              Classify one, or choose one under Try it.
            </EmptyState>
          )
        return (
          <DataTable
            label="Newest decisions"
            rows={rows}
            keyOf={(row) => `${row.deviceId} ${row.sequence}`}
            columns={[
              { name: 'When', cell: ({ at }) => <When at={at} /> },
              { name: 'Device', cell: ({ deviceId }) => nameOf(deviceId) },
              { name: 'Answered by', cell: ({ tier }) => tier },
              {
                name: 'Because',
                cell: ({ reason, byFallback }) => (byFallback ? `${reason}, by the built-in path` : reason),
              },
              {
                name: 'Router said',
                isFigure: true,
                cell: ({ routerScore, threshold }) =>
                  routerScore === null || threshold === null
                    ? '–'
                    : `${routerScore.toFixed(2)} of ${threshold.toFixed(2)}`,
              },
              { name: 'Took', isFigure: true, cell: ({ totalMs }) => milliseconds(totalMs) },
              { name: 'Energy', isFigure: true, cell: ({ energyJ }) => joules(energyJ) },
            ]}
          />
        )
      }}
    </Loaded>
  )
}
