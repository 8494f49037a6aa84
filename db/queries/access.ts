// API keys and the audit log.

import { and, desc, eq, isNull, lt } from 'drizzle-orm'
import { type Db, newId } from '../db.ts'
import { apiKeys, auditLog } from '../schema/access.ts'

export type Role = 'admin' | 'operator' | 'viewer'
export interface ApiKey {
  readonly id: string
  readonly name: string
  readonly role: Role
  readonly hash: Buffer
}

export async function insertApiKey(db: Db, key: Omit<ApiKey, 'id'> & { id?: string }): Promise<string> {
  const id = key.id ?? newId('key')
  await db.insert(apiKeys).values({ ...key, id })
  return id
}

export async function findApiKey(db: Db, id: string): Promise<ApiKey | undefined> {
  const [row] = await db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt)))
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
}

export async function writeAudit(db: Db, entry: AuditEntry): Promise<void> {
  await db.insert(auditLog).values(entry)
}

export async function listAudit(db: Db, page: { limit: number; before?: number | undefined }) {
  return db
    .select()
    .from(auditLog)
    .where(page.before === undefined ? undefined : lt(auditLog.id, page.before))
    .orderBy(desc(auditLog.id))
    .limit(page.limit)
}
