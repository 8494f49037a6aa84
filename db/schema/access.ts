// Who may do what, what they did, and the artifacts that all other rows name by digest.

import { sql } from 'drizzle-orm'
import { bigint, bigserial, check, index, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { bytes, createdAt, id, instant } from './columns.ts'

export const artifacts = pgTable(
  'artifacts',
  {
    digest: text('digest').primaryKey(),
    sizeBytes: bigint('size_bytes', { mode: 'number' }).notNull(),
    mediaType: text('media_type').notNull(),
    createdAt: createdAt(),
    /** When somebody last sent it, or asked for it in order to refer to it: what nothing refers to is kept for a while. */
    touchedAt: instant('touched_at').notNull().defaultNow(),
  },
  (t) => [
    // Looked through for what has not been touched for long, in this order.
    index('artifacts_touched').on(t.touchedAt, t.digest),
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
    /** What of its role's procedures it may call: paths or beginnings of them; null is all. */
    scopes: text('scopes').array(),
    /** Who made it; null for those of a first start. */
    createdBy: text('created_by'),
    createdAt: createdAt(),
    /** Null: it does not expire. */
    expiresAt: instant('expires_at'),
    /** To the minute. */
    lastUsedAt: instant('last_used_at'),
    revokedAt: instant('revoked_at'),
  },
  (t) => [check('api_keys_role', sql`${t.role} in ('admin', 'operator', 'viewer')`)],
)

/** Every mutation, whether it succeeded or not, without secrets. Rows are only added (trigger in the migration). */
export const auditLog = pgTable(
  'audit_log',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    at: createdAt(),
    /** For a reader: name and id. */
    actor: text('actor').notNull(),
    /** The user or the key; null for lines of before it was kept, and for what nobody signed in for. */
    actorId: text('actor_id'),
    /** Where the call came from. */
    address: text('address'),
    action: text('action').notNull(),
    outcome: text('outcome').notNull(),
    input: jsonb('input'),
    /** What was changed: `<noun> <id>`. */
    subject: text('subject'),
    before: jsonb('before'),
    after: jsonb('after'),
  },
  (t) => [
    index('audit_log_actor').on(t.actorId, t.id),
    index('audit_log_subject').on(t.subject, t.id),
    index('audit_log_action').on(t.action, t.id),
  ],
)
