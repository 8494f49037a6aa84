// What the decisions of the last 24 hours add up to, by hour, from sums that the control plane keeps: a look costs the same
// for a thousand decisions and for a hundred million. Up to a minute old. Edge devices' own rows are left out: they
// answer what local devices have sent.

import { useQuery } from '@tanstack/react-query'
import { type Answers, trpc } from '../app/trpc.ts'

export type Figures = Answers['decisions']['figures'][number]

export const HOURS = 24
const HOUR_MS = 3_600_000
const EVERY_MS = 15_000

/** Whole hours, so that the question stays the same for an hour. */
function window(): { readonly from: string; readonly before: string } {
  const nextHour = Math.ceil((Date.now() + 1) / HOUR_MS) * HOUR_MS
  return {
    from: new Date(nextHour - HOURS * HOUR_MS).toISOString(),
    before: new Date(nextHour).toISOString(),
  }
}

export function useLastDay() {
  return useQuery(
    trpc.decisions.figures.queryOptions(
      { ...window(), by: 'hour' },
      { refetchInterval: EVERY_MS, select: (rows) => rows.filter(({ reason }) => reason !== 'direct') },
    ),
  )
}

export const sum = (rows: readonly Figures[], of: (row: Figures) => number): number =>
  rows.reduce((total, row) => total + of(row), 0)
