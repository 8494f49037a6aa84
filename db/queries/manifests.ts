// Signed manifests, one row a sequence, so that no manifest exists that the database does not know of.

import { and, desc, eq, getTableColumns, inArray, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { manifests } from '../schema/promote.ts'

export type ManifestRow = typeof manifests.$inferSelect

/** The newest of each; devices that were told nothing yet are missing. */
export function lastManifests(db: Db): (ids: readonly string[]) => Promise<ReadonlyMap<string, ManifestRow>> {
  return async (ids) => {
    const rows = await db
      .select(getTableColumns(manifests))
      .from(sql`unnest(${sql.param([...ids])}::text[]) as asked(id)`)
      .innerJoinLateral(
        db
          .select()
          .from(manifests)
          .where(eq(manifests.deviceId, sql`asked.id`))
          .orderBy(desc(manifests.sequence))
          .limit(1)
          .as('manifests'),
        sql`true`,
      )
    return new Map(rows.map((row) => [row.deviceId, row]))
  }
}

/** A manifest that is the next one only while the device's newest is still `after`; 0 before the first. */
export interface NextManifest {
  readonly after: number
  readonly row: ManifestRow
}

export interface ManifestStore {
  last(deviceId: string): Promise<ManifestRow | undefined>
  /** False where another one was stored meanwhile. */
  insert(next: NextManifest): Promise<boolean>
}

/**
 * Runs `make` with the device's last manifest and stores what it answers, unless another one was stored meanwhile:
 * then it begins again. So no sequence is given out twice, no connection waits for a signature that may take seconds,
 * and what is stored was made from rows at least as new as those behind the manifest before it.
 */
export async function nextManifest(
  store: ManifestStore,
  deviceId: string,
  make: (last: ManifestRow | undefined) => Promise<ManifestRow>,
): Promise<ManifestRow> {
  for (;;) {
    const last = await store.last(deviceId)
    const row = await make(last)
    if (row.sequence === last?.sequence || (await store.insert({ after: last?.sequence ?? 0, row })))
      return row
  }
}

/**
 * Stores many by one statement and answers those that are stored now. Left out are those whose device's newest one is
 * not `after` any more; the key alone is not enough for that, since old rows are deleted. In the order of devices, so
 * that two control planes never wait for each other in a ring.
 */
export function insertNext(
  db: Db,
): (nexts: readonly NextManifest[]) => Promise<ReadonlyMap<NextManifest, true>> {
  return async (nexts) => {
    const rows = nexts.map(({ after, row }) => ({
      after,
      device_id: row.deviceId,
      sequence: row.sequence,
      deployment_id: row.deploymentId,
      digest: row.digest,
      content: row.content,
      jws: row.jws,
      issued_at: row.issuedAt.toISOString(),
      expires_at: row.expiresAt.toISOString(),
    }))
    const stored = await db.execute(sql`
      insert into manifests (device_id, sequence, deployment_id, digest, content, jws, issued_at, expires_at)
      select device_id, sequence, deployment_id, digest, content, jws, issued_at, expires_at
      from json_to_recordset(${JSON.stringify(rows)}::json) as n(after integer, device_id text, sequence integer,
        deployment_id text, digest text, content text, jws text, issued_at timestamptz, expires_at timestamptz)
      where not exists (select from manifests m where m.device_id = n.device_id and m.sequence > n.after)
      order by device_id, sequence
      on conflict do nothing
      returning device_id, digest`)
    // By their bytes: two of one device may have come together.
    const digests = new Set(stored.rows.map((row) => `${row.device_id} ${row.digest}`))
    return new Map(
      nexts
        .filter(({ row }) => digests.has(`${row.deviceId} ${row.digest}`))
        .map((next) => [next, true] as const),
    )
  }
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

/** Those of the deployments that the device was told to run, as far back as its manifests are kept. */
export async function toldDeployments(
  db: Db,
  deviceId: string,
  deploymentIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (deploymentIds.length === 0) return new Set()
  const rows = await db
    .selectDistinct({ id: manifests.deploymentId })
    .from(manifests)
    .where(and(eq(manifests.deviceId, deviceId), inArray(manifests.deploymentId, [...deploymentIds])))
  return new Set(rows.map(({ id }) => id!))
}
