// Results of the selection, with the measurements that they were computed from.

import { desc, eq } from 'drizzle-orm'
import { type Db, newId } from '../../db.ts'
import { selections } from '../../schema/train.ts'

export type SelectionRow = typeof selections.$inferSelect

export async function insertSelection(
  db: Db,
  draft: Omit<typeof selections.$inferInsert, 'id' | 'createdAt'>,
): Promise<SelectionRow> {
  const [row] = await db
    .insert(selections)
    .values({ id: newId('sel'), ...draft })
    .returning()
  return row!
}

export async function findSelection(db: Db, id: string): Promise<SelectionRow | undefined> {
  const [row] = await db.select().from(selections).where(eq(selections.id, id))
  return row
}

export const listSelections = (db: Db): Promise<SelectionRow[]> =>
  db.select().from(selections).orderBy(desc(selections.createdAt))
