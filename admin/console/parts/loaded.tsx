// What a query has brought: a skeleton while it is under way, its error in words, else its data. Data that is there is
// kept while it is asked for anew.

import { Skeleton, Stack } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Failure } from './failure.tsx'

interface LoadedProps<T> {
  readonly query: UseQueryResult<T, unknown>
  readonly children: (data: T) => ReactNode
  /** Rows of the skeleton. */
  readonly rows?: number
}

export function Loaded<T>({ query, children, rows = 4 }: LoadedProps<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>
  if (query.isError) return <Failure error={query.error} retry={() => void query.refetch()} />
  return (
    <Stack gap="xs" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, i) => i).map((row) => (
        <Skeleton key={row} height={28} />
      ))}
    </Stack>
  )
}
