// What a device may still hand in. Counted is what was offered and taken, whether or not its bytes have come: else
// offers alone could fill the table. By the database's clock, since a device's may be years off.

import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { captures } from '../../schema/observe.ts'

/** A row of its own costs about as much, however small the image. */
export const CAPTURE_COUNTS_MIN_BYTES = 1_000

/** Until the transaction ends no other offer of the device is judged. */
export const lockCapturesOf = (tx: Db, deviceId: string) =>
  tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`tandem.captures.${deviceId}`}, 0))`)

/** Bytes that were taken from the device within the last day, by deployment; none where there are none. */
export async function takenInADay(
  db: Db,
  deviceId: string,
  deploymentIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (deploymentIds.length === 0) return new Map()
  const rows = await db
    .select({
      id: captures.deploymentId,
      bytes: sql<string>`sum(greatest(${captures.sizeBytes}, ${CAPTURE_COUNTS_MIN_BYTES}::integer))`,
    })
    .from(captures)
    .where(
      and(
        eq(captures.deviceId, deviceId),
        inArray(captures.deploymentId, [...deploymentIds]),
        sql`${captures.createdAt} > now() - interval '1 day'`,
      ),
    )
    .groupBy(captures.deploymentId)
  return new Map(rows.map(({ id, bytes }) => [id, Number(bytes)]))
}

/** Those of the images that were taken from the device before. */
export async function takenAlready(
  db: Db,
  deviceId: string,
  digests: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await db
    .select({ digest: captures.digest })
    .from(captures)
    .where(and(eq(captures.deviceId, deviceId), inArray(captures.digest, [...digests])))
  return new Set(rows.map(({ digest }) => digest))
}
