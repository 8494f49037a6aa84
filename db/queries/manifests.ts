// Signed manifests, one row a sequence, so that no manifest exists that the database does not know of.

import { and, desc, eq, inArray, lt, ne, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { manifests } from '../schema/promote.ts'

export type ManifestRow = typeof manifests.$inferSelect

export async function lastManifest(db: Db, deviceId: string): Promise<ManifestRow | undefined> {
  const [row] = await db
    .select()
    .from(manifests)
    .where(eq(manifests.deviceId, deviceId))
    .orderBy(desc(manifests.sequence))
    .limit(1)
  return row
}

/**
 * Runs `make` with the device's last manifest under a lock of the device, and stores what it answers. Two
 * polls at once therefore never give out the same sequence for two contents.
 */
export async function nextManifest(
  db: Db,
  deviceId: string,
  make: (last: ManifestRow | undefined, tx: Db) => Promise<ManifestRow>,
): Promise<ManifestRow> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`tandem.manifest.${deviceId}`}, 0))`)
    const last = await lastManifest(tx, deviceId)
    const next = await make(last, tx)
    if (next.sequence !== last?.sequence) await tx.insert(manifests).values(next)
    return next
  })
}

/** The numbers under which devices were told to run the deployment, as `device/sequence`. */
export async function toldSequences(
  db: Db,
  deploymentId: string,
  deviceIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (deviceIds.length === 0) return new Set()
  const rows = await db
    .select({ deviceId: manifests.deviceId, sequence: manifests.sequence })
    .from(manifests)
    .where(and(inArray(manifests.deviceId, [...deviceIds]), eq(manifests.deploymentId, deploymentId)))
  return new Set(rows.map((row) => `${row.deviceId}/${row.sequence}`))
}

/** What a device was told to run before the number, other than `deploymentId`. */
export async function toldBefore(
  db: Db,
  deviceId: string,
  { sequence, deploymentId }: { readonly sequence: number; readonly deploymentId: string },
): Promise<string | undefined> {
  const [row] = await db
    .select({ id: manifests.deploymentId })
    .from(manifests)
    .where(
      and(
        eq(manifests.deviceId, deviceId),
        lt(manifests.sequence, sequence),
        ne(manifests.deploymentId, deploymentId),
      ),
    )
    .orderBy(desc(manifests.sequence))
    .limit(1)
  return row?.id ?? undefined
}
