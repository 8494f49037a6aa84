// Who may do what, what they did, and the artifacts that all other rows name by digest.

import { sql } from 'drizzle-orm'
import { bigint, bigserial, check, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { bytes, createdAt, id, instant } from './columns.ts'

export const artifacts = pgTable(
  'artifacts',
  {
    digest: text('digest').primaryKey(),
    sizeBytes: bigint('size_bytes', { mode: 'number' }).notNull(),
    mediaType: text('media_type').notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    check('artifacts_digest_format', sql`${t.digest} ~ '^sha256:[0-9a-f]{64}$'`),
    check('artifacts_size_positive', sql`${t.sizeBytes} >= 0`),
  ],
)

/** Only the SHA-256 of the secret is kept. */
export const apiKeys = pgTable(
  'api_keys',
  {
    id: id(),
    name: text('name').notNull(),
    role: text('role', { enum: ['admin', 'operator', 'viewer'] }).notNull(),
    hash: bytes('hash').notNull(),
    createdAt: createdAt(),
    revokedAt: instant('revoked_at'),
  },
  (t) => [check('api_keys_role', sql`${t.role} in ('admin', 'operator', 'viewer')`)],
)

/** Every mutation, whether it succeeded or not. Inputs are kept without secrets. */
export const auditLog = pgTable('audit_log', {
  id: bigserial('id', { mode: 'number' }).primaryKey(),
  at: createdAt(),
  actor: text('actor').notNull(),
  action: text('action').notNull(),
  outcome: text('outcome').notNull(),
  input: jsonb('input'),
})
