// Users as admins see and change them. What better-auth itself reads and writes (sessions, passwords, second factors)
// goes through its adapter (db/auth-adapter.ts); what must be one transaction is here.

import { and, count, desc, eq, getTableColumns, gt, isNull, max, ne, or, sql } from 'drizzle-orm'
import { type Db, newId } from '../../db.ts'
import { credentials, secondFactors, sessions, users } from '../../schema/auth.ts'
import type { Role } from '../access.ts'
import { type Order, type PageAsk, readPage } from '../lists/keyset.ts'

export type UserRow = typeof users.$inferSelect

export interface UserDraft {
  readonly username: string
  readonly name: string
  readonly email: string | null
  readonly role: Role
  readonly createdBy: string
}

/** Held until the transaction ends: two admins who each demote the other would leave none. */
export async function lockUsers(tx: Db): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('tandem.users', 0))`)
}

/**
 * better-auth wants an address of everybody, or it believes no cookie. Who has none gets one that can be nobody's
 * (RFC 2606), which nobody is shown.
 */
const noEmail = (username: string): string => `${username}@users.invalid`

export const emailOf = ({ username, email }: Pick<UserRow, 'username' | 'email'>): string | null =>
  email === noEmail(username) ? null : email

export async function insertUser(tx: Db, draft: UserDraft): Promise<UserRow> {
  const [row] = await tx
    .insert(users)
    .values({ ...draft, email: draft.email ?? noEmail(draft.username), id: newId('usr') })
    .returning()
  return row!
}

/** By name or id. */
export async function findUser(db: Db, which: string): Promise<UserRow | undefined> {
  const [byName] = await db.select().from(users).where(eq(users.username, which.toLowerCase()))
  return byName ?? findUserById(db, which)
}

/** Where a name must not pass for an id. */
export async function findUserById(db: Db, id: string): Promise<UserRow | undefined> {
  const [row] = await db.select().from(users).where(eq(users.id, id))
  return row
}

/** By what they sign in with: name or address. */
export async function findUserBySignIn(db: Db, account: string): Promise<UserRow | undefined> {
  const [row] = await db
    .select()
    .from(users)
    .where(or(eq(users.username, account), eq(users.email, account)))
  return row
}

export async function hasUsers(db: Db): Promise<boolean> {
  return (await db.select({ id: users.id }).from(users).limit(1)).length > 0
}

const USERS: Order = { name: 'users', direction: 'asc', keys: [{ of: users.username, as: 'text' }] }

/** With how many sessions each has open. */
export const pageUsers = (db: Db, ask: PageAsk) =>
  readPage(ask, USERS, ({ cursorKey, after, orderBy, limit }) =>
    db
      .select({
        ...getTableColumns(users),
        sessions: count(sessions.id),
        lastSeenAt: max(sessions.updatedAt),
        cursorKey,
      })
      .from(users)
      .leftJoin(sessions, and(eq(sessions.userId, users.id), gt(sessions.expiresAt, sql`now()`)))
      .where(after)
      .groupBy(users.id)
      .orderBy(...orderBy)
      .limit(limit),
  )

export async function updateUser(
  tx: Db,
  id: string,
  change: Partial<Pick<UserRow, 'role' | 'disabledAt' | 'twoFactorEnabled'>>,
): Promise<UserRow> {
  const [row] = await tx
    .update(users)
    .set({ ...change, updatedAt: new Date() })
    .where(eq(users.id, id))
    .returning()
  return row!
}

export async function otherAdmins(tx: Db, id: string): Promise<number> {
  const [row] = await tx
    .select({ admins: count() })
    .from(users)
    .where(and(eq(users.role, 'admin'), isNull(users.disabledAt), ne(users.id, id)))
  return row!.admins
}

/** The hash replaces whatever the user had; their sessions end. */
export async function setPassword(tx: Db, userId: string, hash: string): Promise<void> {
  await tx.delete(credentials).where(eq(credentials.userId, userId))
  await tx
    .insert(credentials)
    .values({ id: newId('crd'), userId, accountId: userId, providerId: 'credential', password: hash })
  await endSessions(tx, userId)
}

export async function endSessions(tx: Db, userId: string): Promise<number> {
  return (await tx.delete(sessions).where(eq(sessions.userId, userId)).returning({ id: sessions.id })).length
}

export async function dropSecondFactor(tx: Db, userId: string): Promise<void> {
  await tx.delete(secondFactors).where(eq(secondFactors.userId, userId))
  await updateUser(tx, userId, { twoFactorEnabled: false })
}

/** Whether the user has an open session from there. */
export async function knowsAddress(db: Db, userId: string, address: string): Promise<boolean> {
  const rows = await db
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(eq(sessions.userId, userId), eq(sessions.ipAddress, address)))
    .orderBy(desc(sessions.createdAt))
    .limit(1)
  return rows.length > 0
}
