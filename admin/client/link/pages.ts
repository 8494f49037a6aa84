// Lists of the API, page after page.

import { PAGE_MAX, type Page } from '#contract/api/page.ts'

interface PageOf {
  limit?: number | undefined
  cursor?: string | null | undefined
}

/** A list procedure of the client. */
export interface Listing<Ask, T> {
  query(ask: Ask): Promise<Page<T>>
}

/** Of a list, what `filter` lets through: all of it, or the first `atMost`. */
export async function allOf<Ask extends PageOf, T>(
  list: Listing<Ask | undefined, T> | Listing<Ask, T>,
  filter: Omit<Ask, keyof PageOf> = {} as Ask,
  atMost = Number.POSITIVE_INFINITY,
): Promise<T[]> {
  const all: T[] = []
  for await (const item of eachOf(list, filter)) if (all.push(item) >= atMost) break
  return all
}

/** Asks for the next page when the one before is used up. */
export async function* eachOf<Ask extends PageOf, T>(
  list: Listing<Ask | undefined, T> | Listing<Ask, T>,
  filter: Omit<Ask, keyof PageOf> = {} as Ask,
): AsyncGenerator<T> {
  let cursor: string | null = null
  do {
    const page: Page<T> = await (list as Listing<PageOf, T>).query({ ...filter, limit: PAGE_MAX, cursor })
    yield* page.items
    cursor = page.nextCursor
  } while (cursor !== null)
}
