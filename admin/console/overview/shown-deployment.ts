// Which deployment the overview tells of: the one that the address names, else the one that answered most in the last day,
// else the newest that a group runs.

import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { trpc } from '../app/trpc.ts'
import { type Figures, HOURS } from './last-day.ts'

const EVERY_MS = 15_000

export function useShownDeployment(rows: readonly Figures[] | undefined) {
  const { deployment } = useSearch({ strict: false }) as { deployment?: string | number }
  const newest = useQuery(trpc.rollouts.deployments.queryOptions({ limit: 1 }))
  const which =
    deployment === undefined ? (busiest(rows ?? []) ?? newest.data?.items[0]?.id) : String(deployment)
  return useQuery(
    trpc.decisions.saving.queryOptions(
      { deployment: which ?? '', sinceHours: HOURS },
      { enabled: rows !== undefined && which !== undefined, refetchInterval: EVERY_MS },
    ),
  )
}

function busiest(rows: readonly Figures[]): string | undefined {
  const images = new Map<string, number>()
  for (const row of rows) images.set(row.deploymentId, (images.get(row.deploymentId) ?? 0) + row.images)
  return [...images].sort((a, b) => b[1] - a[1])[0]?.[0]
}
