// Pages by keyset: a page goes on behind the last row of the one before, found by an index. The key of a row is
// written by PostgreSQL, since a JavaScript date has lost the microseconds by which rows are told apart.
//
// The keys of an order must be unique together, never null, and covered by an index in that order; all go the same way,
// so that one comparison of rows is one range of the index.

import { type Column, type SQL, sql } from 'drizzle-orm'
import type { Page } from '#contract/api/page.ts'

export interface Key {
  readonly of: Column | SQL
  readonly as: 'text' | 'int' | 'instant'
}

export interface Order {
  /** Told in the cursor: one of another order is refused. */
  readonly name: string
  readonly direction: 'asc' | 'desc'
  readonly keys: readonly Key[]
}

export interface PageAsk {
  readonly limit: number
  readonly cursor?: string | null | undefined
}

/** What a query adds to itself: `cursorKey` among its columns, the condition, the order and the limit. */
export interface Keyset {
  readonly cursorKey: SQL<string>
  readonly after: SQL | undefined
  readonly orderBy: SQL[]
  readonly limit: number
}

export class CursorRefused extends Error {
  override readonly name = 'CursorRefused'
}

type Value = string | number

const CAST = { text: sql`::text`, int: sql`::bigint`, instant: sql`::timestamptz` }
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/

/** Throws CursorRefused where the cursor is none of this order's. */
export async function readPage<Row extends { cursorKey: string }>(
  ask: PageAsk,
  order: Order,
  read: (keyset: Keyset) => Promise<Row[]>,
): Promise<Page<Omit<Row, 'cursorKey'>>> {
  const after = ask.cursor ? afterKey(order, decodeCursor(order, ask.cursor)) : undefined
  const orderBy = order.keys.map(({ of }) => sql`${of} ${sql.raw(order.direction)}`)
  const rows = await read({ cursorKey: keyOf(order), after, orderBy, limit: ask.limit + 1 })
  const page = rows.slice(0, ask.limit)
  const last = rows.length > ask.limit ? page.at(-1) : undefined
  return {
    items: page.map(({ cursorKey: _, ...row }) => row),
    nextCursor: last ? encodeCursor(order, JSON.parse(last.cursorKey)) : null,
  }
}

function keyOf({ keys }: Order): SQL<string> {
  const values = keys.map(({ of, as }) =>
    as === 'instant' ? sql`to_char(${of} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')` : sql`${of}`,
  )
  return sql<string>`json_build_array(${sql.join(values, sql`, `)})::text`
}

function afterKey({ keys, direction }: Order, values: readonly Value[]): SQL {
  const columns = sql.join(
    keys.map(({ of }) => sql`${of}`),
    sql`, `,
  )
  const seen = sql.join(
    keys.map(({ as }, i) => sql`${values[i]}${CAST[as]}`),
    sql`, `,
  )
  return direction === 'asc' ? sql`(${columns}) > (${seen})` : sql`(${columns}) < (${seen})`
}

const encodeCursor = ({ name }: Order, values: readonly Value[]): string =>
  Buffer.from(JSON.stringify([name, ...values])).toString('base64url')

function decodeCursor({ name, keys }: Order, cursor: string): Value[] {
  const [of, ...values] = parsed(cursor)
  if (of === name && values.length === keys.length && keys.every(({ as }, i) => isOf(as, values[i])))
    return values as Value[]
  throw new CursorRefused(
    `Cannot read cursor "${cursor.slice(0, 60)}": it is none of this list, expected the nextCursor of one of its pages`,
  )
}

function parsed(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    return Array.isArray(value) ? value : []
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
}

function isOf(as: Key['as'], value: unknown): boolean {
  if (as === 'int') return Number.isSafeInteger(value)
  if (typeof value !== 'string') return false
  // PostgreSQL keeps neither of the two in a text.
  if (as === 'text') return !/\0|\p{Surrogate}/u.test(value)
  return INSTANT.test(value) && isDay(value)
}

/** JavaScript takes the 31st of February for the 3rd of March; PostgreSQL refuses it. */
function isDay(instant: string): boolean {
  const date = new Date(instant)
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 19) === instant.slice(0, 19)
}
