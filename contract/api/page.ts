// Lists come in pages. A cursor is opaque and names the last row that was seen, not a number of rows to skip: what
// is inserted or deleted meanwhile neither repeats a row nor leaves one out, and the thousandth page costs what the
// first does. It belongs to the list that gave it: another one refuses it.

import { z } from 'zod'

export const PAGE_MAX = 1_000

export const PageQuery = z.object({
  limit: z.number().int().min(1).max(PAGE_MAX).default(100),
  /** `nextCursor` of the page before; left out or null for the first one. */
  cursor: z.string().min(1).max(2_000).nullish(),
})
export type PageQuery = z.infer<typeof PageQuery>

export interface Page<T> {
  readonly items: T[]
  /** Null on the last page. */
  readonly nextCursor: string | null
}
