// Results of the selection, with the measurements that they were computed from.

import { desc, eq, sql } from 'drizzle-orm'
import { type Db, newId } from '../../db.ts'
import { outcomes } from '../../schema/profile.ts'
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

/** By image, in the data set's order: a profile's best class and its probability. */
export interface TopAnswers {
  readonly classes: Int32Array
  readonly probabilities: Float64Array
}

/**
 * A selection reads two dozen profiles. Without the other ranks, and past the mapping of rows, one of 50,000 images
 * comes in 50 ms instead of 200.
 */
export async function jobTopAnswers(db: Db, jobId: string): Promise<TopAnswers> {
  const { rows } = await db.execute<{ class: number; p: number }>(sql`
    select ${outcomes.classes}[1] as class, ${outcomes.probabilities}[1] as p
    from ${outcomes} where ${outcomes.jobId} = ${jobId} order by ${outcomes.index}`)
  return {
    classes: Int32Array.from(rows, (row) => row.class),
    probabilities: Float64Array.from(rows, (row) => row.p),
  }
}
