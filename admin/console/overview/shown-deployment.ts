// Which deployment the overview tells of: the one that the address names, else of those that are current in a group the one
// that answered most in the last day.

import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { trpc } from '../app/trpc.ts'
import { type Figures, HOURS } from './last-day.ts'

const EVERY_MS = 15_000
/** Among so many: a larger fleet's are told by their addresses. */
const GROUPS = 100

export function useShownDeployment(rows: readonly Figures[] | undefined) {
  const { deployment } = useSearch({ strict: false }) as { deployment?: string | number }
  const groups = useQuery(trpc.devices.groups.queryOptions({ limit: GROUPS }, { refetchInterval: EVERY_MS }))
  const current = new Set(groups.data?.items.flatMap(({ pair }) => (pair ? [pair.deploymentId] : [])))
  const which = deployment === undefined ? busiest(current, rows ?? []) : String(deployment)
  return useQuery(
    trpc.decisions.saving.queryOptions(
      { deployment: which ?? '', sinceHours: HOURS },
      { enabled: rows !== undefined && which !== undefined, refetchInterval: EVERY_MS },
    ),
  )
}

function busiest(current: ReadonlySet<string>, rows: readonly Figures[]): string | undefined {
  const images = new Map([...current].map((id) => [id, 0]))
  for (const row of rows)
    if (current.has(row.deploymentId))
      images.set(row.deploymentId, (images.get(row.deploymentId) ?? 0) + row.images)
  return [...images].sort((a, b) => b[1] - a[1])[0]?.[0]
}
