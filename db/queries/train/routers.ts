// Versioned routers. A version is given out under an advisory lock, so that two trainings at once get two.

import { desc, eq, or, sql } from 'drizzle-orm'
import { type Db, newId } from '../../db.ts'
import { routers } from '../../schema/train.ts'

export type RouterRow = typeof routers.$inferSelect

export async function insertRouter(
  db: Db,
  draft: Omit<typeof routers.$inferInsert, 'id' | 'version' | 'createdAt'>,
): Promise<RouterRow> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('tandem.router-version', 0))`)
    const [last] = await tx
      .select({ v: routers.version })
      .from(routers)
      .orderBy(desc(routers.version))
      .limit(1)
    const [row] = await tx
      .insert(routers)
      .values({ id: newId('rtr'), version: (last?.v ?? 0) + 1, ...draft })
      .returning()
    return row!
  })
}

/** By id, or by version written as digits. */
export async function findRouter(db: Db, idOrVersion: string): Promise<RouterRow | undefined> {
  const version = /^\d{1,9}$/.test(idOrVersion) ? Number(idOrVersion) : -1
  const [row] = await db
    .select()
    .from(routers)
    .where(or(eq(routers.id, idOrVersion), eq(routers.version, version)))
  return row
}
