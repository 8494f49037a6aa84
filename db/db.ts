// The handle that every query takes: a pool or a transaction, so that callers decide what is atomic.

import { randomBytes } from 'node:crypto'
import type { NodePgQueryResultHKT } from 'drizzle-orm/node-postgres'
import type { PgDatabase } from 'drizzle-orm/pg-core'

export type Db = PgDatabase<NodePgQueryResultHKT, Record<string, never>>

/** `mdl_3f9c...`: the prefix says what a row is wherever its name turns up. 80 random bits. */
export const newId = (prefix: string): string => `${prefix}_${randomBytes(10).toString('hex')}`

interface PgFailure {
  readonly code: string
  readonly constraint?: string
}

/** The driver's own error under drizzle's wrapping, or undefined where the cause is something else. */
export function pgFailure(error: unknown): PgFailure | undefined {
  for (let e = error; e instanceof Error; e = e.cause)
    if ('code' in e && typeof e.code === 'string' && /^[0-9A-Z]{5}$/.test(e.code))
      return e as unknown as PgFailure
  return undefined
}

/** SQLSTATE 23505. */
export const isUniqueViolation = (error: unknown): boolean => pgFailure(error)?.code === '23505'
