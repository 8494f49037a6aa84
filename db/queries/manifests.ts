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
 * Runs `make` with the device's last manifest and stores what it answers, unless another one was stored meanwhile:
 * then it begins again. So no sequence is given out twice, no connection waits for a signature that may take seconds,
 * and what is stored was made from rows at least as new as those behind the manifest before it.
 */
export async function nextManifest(
  db: Db,
  deviceId: string,
  make: (last: ManifestRow | undefined) => Promise<ManifestRow>,
): Promise<ManifestRow> {
  for (;;) {
    const last = await lastManifest(db, deviceId)
    const next = await make(last)
    if (next.sequence === last?.sequence || (await insertAfter(db, last?.sequence ?? 0, next))) return next
  }
}

/** False where the device's newest one is not `lastSequence`. The key alone is not enough: old rows are deleted. */
async function insertAfter(db: Db, lastSequence: number, row: ManifestRow): Promise<boolean> {
  const { deviceId, sequence, deploymentId, digest, content, jws, issuedAt, expiresAt } = row
  const { rows } = await db.execute(sql`
    insert into manifests (device_id, sequence, deployment_id, digest, content, jws, issued_at, expires_at)
    select ${deviceId}::text, ${sequence}::integer, ${deploymentId}::text, ${digest}::text, ${content}::text,
      ${jws}::text, ${issuedAt.toISOString()}::timestamptz, ${expiresAt.toISOString()}::timestamptz
    where not exists (select from manifests where device_id = ${deviceId} and sequence > ${lastSequence})
    on conflict do nothing
    returning sequence`)
  return rows.length > 0
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
