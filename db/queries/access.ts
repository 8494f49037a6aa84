// API keys, and the lines of the audit log.

import { and, eq, getTableColumns, gt, gte, isNull, like, lt, or, sql } from 'drizzle-orm'
import { type Db, newId } from '../db.ts'
import { apiKeys, auditLog } from '../schema/access.ts'
import { type Order, type PageAsk, readPage } from './lists/keyset.ts'

export type Role = 'admin' | 'operator' | 'viewer'

export interface ApiKey {
  readonly id: string
  readonly name: string
  readonly role: Role
  readonly hash: Buffer
  /** Null: all that its role may. */
  readonly scopes: string[] | null
  readonly lastUsedAt: Date | null
}

export interface ApiKeyDraft {
  readonly id?: string
  readonly name: string
  readonly role: Role
  readonly hash: Buffer
  readonly scopes?: string[] | null
  readonly expiresAt?: Date | null
  readonly createdBy?: string | null
}

export async function insertApiKey(db: Db, key: ApiKeyDraft): Promise<string> {
  const id = key.id ?? newId('key')
  await db.insert(apiKeys).values({ ...key, id })
  return id
}

const isGood = () =>
  and(isNull(apiKeys.revokedAt), or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`now()`)))

/** Neither revoked nor expired. */
export async function findApiKey(db: Db, id: string): Promise<ApiKey | undefined> {
  const [row] = await db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.id, id), isGood()))
  return row
}

export async function touchApiKey(db: Db, id: string): Promise<void> {
  await db.update(apiKeys).set({ lastUsedAt: sql`now()` }).where(eq(apiKeys.id, id))
}

export type ListedApiKey = Omit<typeof apiKeys.$inferSelect, 'hash'>

const listed = {
  id: apiKeys.id,
  name: apiKeys.name,
  role: apiKeys.role,
  scopes: apiKeys.scopes,
  createdBy: apiKeys.createdBy,
  createdAt: apiKeys.createdAt,
  expiresAt: apiKeys.expiresAt,
  lastUsedAt: apiKeys.lastUsedAt,
  revokedAt: apiKeys.revokedAt,
}

const KEYS: Order = { name: 'api-keys', direction: 'asc', keys: [{ of: apiKeys.id, as: 'text' }] }

/** Those that are good, or all. */
export const pageApiKeys = (db: Db, ask: PageAsk & { readonly all: boolean }) =>
  readPage(ask, KEYS, ({ cursorKey, after, orderBy, limit }) =>
    db
      .select({ ...listed, cursorKey })
      .from(apiKeys)
      .where(and(ask.all ? undefined : isGood(), after))
      .orderBy(...orderBy)
      .limit(limit),
  )

/** Those that are not revoked under the id or the name. */
export async function findApiKeys(db: Db, which: string): Promise<ListedApiKey[]> {
  return db
    .select(listed)
    .from(apiKeys)
    .where(and(or(eq(apiKeys.id, which), eq(apiKeys.name, which)), isNull(apiKeys.revokedAt)))
    .limit(10)
}

export async function revokeApiKey(db: Db, id: string): Promise<ListedApiKey | undefined> {
  const [row] = await db
    .update(apiKeys)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt)))
    .returning(listed)
  return row
}

export async function revokeApiKeys(db: Db, name: string): Promise<void> {
  await db
    .update(apiKeys)
    .set({ revokedAt: new Date() })
    .where(and(eq(apiKeys.name, name), isNull(apiKeys.revokedAt)))
}

export interface AuditEntry {
  readonly actor: string
  readonly action: string
  readonly outcome: string
  readonly input: unknown
  readonly actorId?: string | null
  readonly address?: string | null
  /** `<noun> <id>`. */
  readonly subject?: string | null
  readonly before?: unknown
  readonly after?: unknown
}

export async function writeAudit(db: Db, ...entries: AuditEntry[]): Promise<void> {
  await db.insert(auditLog).values(entries)
}

export type AuditRow = typeof auditLog.$inferSelect

export interface AuditFilter {
  /** The id of a user or a key. */
  readonly actorId?: string | undefined
  /** A procedure, or all that begin with it and a dot. */
  readonly action?: string | undefined
  readonly outcome?: string | undefined
  readonly subject?: string | undefined
  readonly since?: Date | undefined
  readonly until?: Date | undefined
}

const AUDIT: Order = { name: 'audit', direction: 'desc', keys: [{ of: auditLog.id, as: 'int' }] }

export function pageAudit(db: Db, ask: PageAsk & AuditFilter) {
  const { actorId, action, outcome, subject, since, until } = ask
  const filter = and(
    actorId === undefined ? undefined : eq(auditLog.actorId, actorId),
    action === undefined
      ? undefined
      : or(eq(auditLog.action, action), like(auditLog.action, `${action.replace(/[%_\\]/g, '\\$&')}.%`)),
    outcome === undefined ? undefined : eq(auditLog.outcome, outcome),
    subject === undefined ? undefined : eq(auditLog.subject, subject),
    since === undefined ? undefined : gte(auditLog.at, since),
    until === undefined ? undefined : lt(auditLog.at, until),
  )
  return readPage(ask, AUDIT, ({ cursorKey, after, orderBy, limit }) =>
    db
      .select({ ...getTableColumns(auditLog), cursorKey })
      .from(auditLog)
      .where(and(filter, after))
      .orderBy(...orderBy)
      .limit(limit),
  )
}
