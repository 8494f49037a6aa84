// Versioned functions. The same bytes under the same name are the same version.

import { and, desc, eq, sql } from 'drizzle-orm'
import { type Db, newId } from '../db.ts'
import { functions } from '../schema/promote.ts'

export type FunctionRow = typeof functions.$inferSelect

export async function ensureFunction(db: Db, name: string, digest: string): Promise<FunctionRow> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('tandem.function-version', 0))`)
    const [last] = await tx
      .select()
      .from(functions)
      .where(eq(functions.name, name))
      .orderBy(desc(functions.version))
      .limit(1)
    if (last?.digest === digest) return last
    const [row] = await tx
      .insert(functions)
      .values({ id: newId('fun'), name, version: (last?.version ?? 0) + 1, digest })
      .returning()
    return row!
  })
}

/** The newest version of that name, or the one asked for. */
export async function findFunction(db: Db, name: string, version?: number): Promise<FunctionRow | undefined> {
  const [row] = await db
    .select()
    .from(functions)
    .where(and(eq(functions.name, name), version === undefined ? undefined : eq(functions.version, version)))
    .orderBy(desc(functions.version))
    .limit(1)
  return row
}

export const listFunctions = (db: Db): Promise<FunctionRow[]> =>
  db.select().from(functions).orderBy(functions.name, desc(functions.version))
