// Calls that were made under an idempotency key, with what they were answered, for a day. Neither the key nor the answer
// can be read here: an answer may hold a secret that is shown once (an enrolment code), so it is sealed with the key,
// which only the caller has.

import { sql } from 'drizzle-orm'
import { check, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { bytes, createdAt } from './columns.ts'

export const calls = pgTable(
  'calls',
  {
    /** The user or the API key: nobody meets the keys of others. */
    actor: text('actor').notNull(),
    /** SHA-256. */
    key: bytes('key').notNull(),
    action: text('action').notNull(),
    /** SHA-256: the same key with another input is a mistake. */
    input: bytes('input').notNull(),
    answer: bytes('answer').notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.actor, t.key] }),
    check('calls_hashes', sql`octet_length(${t.key}) = 32 and octet_length(${t.input}) = 32`),
    index('calls_oldest').on(t.createdAt),
  ],
)
