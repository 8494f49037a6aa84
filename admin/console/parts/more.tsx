// A list that comes in pages: all that has come so far, and a button for more.

import { Button, Center, Text } from '@mantine/core'
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Failure } from './failure.tsx'
import { Loaded } from './loaded.tsx'

interface PageOf<T> {
  readonly items: readonly T[]
  readonly nextCursor: string | null
}

interface MoreProps<T> {
  readonly query: UseInfiniteQueryResult<InfiniteData<PageOf<T>>, unknown>
  readonly empty: ReactNode
  readonly children: (items: readonly T[]) => ReactNode
}

/** For the options of an infinite query. */
export const byCursor = { getNextPageParam: (last: { nextCursor: string | null }) => last.nextCursor }

export function More<T>({ query, empty, children }: MoreProps<T>) {
  return (
    <Loaded query={query}>
      {({ pages }) => {
        const items = pages.flatMap((page) => page.items)
        if (items.length === 0) return empty
        return (
          <>
            {children(items)}
            {query.isFetchNextPageError && <Failure error={query.error} />}
            {(query.hasNextPage || pages.length > 1) && (
              <Center mt="sm">
                {query.hasNextPage ? (
                  <Button
                    variant="default"
                    loading={query.isFetchingNextPage}
                    onClick={() => void query.fetchNextPage()}
                  >
                    Show more
                  </Button>
                ) : (
                  <Text size="xs" c="dimmed">
                    That is all: {items.length}
                  </Text>
                )}
              </Center>
            )}
          </>
        )
      }}
    </Loaded>
  )
}
