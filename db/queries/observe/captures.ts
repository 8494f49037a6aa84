// Captured images: what devices told of them, and whose bytes have come. Whoever adds or removes them holds one lock,
// shared or alone: else a device could be told that its image is stored while the last row that named it goes.

import { and, eq, inArray, isNull, lt, sql } from 'drizzle-orm'
import type { CaptureRecord } from '#contract/observe/capture.ts'
import type { Db } from '../../db.ts'
import { captures } from '../../schema/observe.ts'

export type CaptureRow = typeof captures.$inferSelect

const LOCK = sql`hashtextextended('tandem.captures', 0)`

export const lockCapturesShared = (tx: Db) => tx.execute(sql`select pg_advisory_xact_lock_shared(${LOCK})`)
export const lockCaptures = (tx: Db) => tx.execute(sql`select pg_advisory_xact_lock(${LOCK})`)

/** What was told once stays as it was told. */
export async function insertCaptures(
  db: Db,
  deviceId: string,
  records: readonly CaptureRecord[],
): Promise<void> {
  if (records.length === 0) return
  const rows = records.map(({ score, at, local, edge, ...record }) => ({
    ...record,
    deviceId,
    at: new Date(at),
    routerScore: score,
    localLabel: local?.label ?? null,
    localScore: local?.score ?? null,
    edgeLabel: edge?.label ?? null,
    edgeScore: edge?.score ?? null,
  }))
  await db.insert(captures).values(rows).onConflictDoNothing()
}

export async function findCapture(db: Db, deviceId: string, digest: string): Promise<CaptureRow | undefined> {
  const [row] = await db
    .select()
    .from(captures)
    .where(and(eq(captures.deviceId, deviceId), eq(captures.digest, digest)))
  return row
}

/** The bytes are there, for every device that saw the image. */
export async function markStored(db: Db, digests: readonly string[]): Promise<void> {
  if (digests.length === 0) return
  await db
    .update(captures)
    .set({ storedAt: sql`now()` })
    .where(and(inArray(captures.digest, [...digests]), isNull(captures.storedAt)))
}

/** Deletes rows older than `days`, by the database's clock; answers the images that no row names any more. */
export async function deleteOldCaptures(tx: Db, days: number): Promise<string[]> {
  const gone = await tx
    .delete(captures)
    .where(lt(captures.createdAt, sql`now() - make_interval(days => ${days})`))
    .returning({ digest: captures.digest })
  const digests = [...new Set(gone.map(({ digest }) => digest))]
  if (digests.length === 0) return []
  const named = await tx
    .select({ digest: captures.digest })
    .from(captures)
    .where(sql`${captures.digest} = any(${sql.param(digests)}::text[])`)
  const still = new Set(named.map(({ digest }) => digest))
  return digests.filter((digest) => !still.has(digest))
}
