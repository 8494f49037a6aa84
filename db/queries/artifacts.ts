// The rows that vouch for what is in the artifact store: an artifact exists when its row does. A row is written only
// after the bytes are durable, and bytes are removed only while no row vouches for them, under one lock for each digest.

import { sql } from 'drizzle-orm'
import type { ArtifactRef } from '#contract/digest.ts'
import type { Db } from '../db.ts'
import { artifacts } from '../schema/access.ts'

const lockOf = (digest: string) => sql`pg_advisory_xact_lock(hashtextextended(${digest}, 0))`

/** Until the transaction ends, nobody else records the artifact. */
export const lockArtifact = (tx: Db, digest: string) => tx.execute(sql`select ${lockOf(digest)}`)

/** True where nothing was known of it before; else it is touched. */
export async function recordArtifact(db: Db, ref: ArtifactRef, mediaType: string): Promise<boolean> {
  const { rows } = await db.execute(sql`
    with held as materialized (select ${lockOf(ref.digest)})
    insert into artifacts (digest, size_bytes, media_type)
    select ${ref.digest}, ${ref.sizeBytes}, ${mediaType} from held
    on conflict (digest) do update set touched_at = now()
    returning xmax = 0 as is_new`)
  return (rows[0] as { is_new: boolean }).is_new
}

/** Of one whose bytes have gone, before anybody refers to it; throws where somebody does. */
export async function forgetArtifact(db: Db, digest: string): Promise<void> {
  await db.execute(sql`delete from artifacts where digest = ${digest}`)
}

/**
 * The size of an artifact that is about to be referred to, or undefined where there is none: it is touched first, so
 * that it is not collected in between. To the minute, lest all who use one wait for each other.
 */
export async function claimArtifact(db: Db, digest: string): Promise<number | undefined> {
  await touchArtifacts(db, [digest])
  return (await artifactSizes(db, [digest])).get(digest)
}

export async function touchArtifacts(db: Db, digests: readonly string[]): Promise<void> {
  await db.execute(sql`
    update artifacts set touched_at = now()
    where digest = any(${sql.param([...new Set(digests)])}::text[]) and touched_at < now() - interval '1 minute'`)
}

/** Sizes of those digests that are stored; the others are missing from the map. */
export async function artifactSizes(db: Db, digests: readonly string[]): Promise<Map<string, number>> {
  if (digests.length === 0) return new Map()
  // One array is one parameter; a list would be one for each, and PostgreSQL takes 65,535.
  const wanted = sql.param([...new Set(digests)])
  const rows = await db
    .select({ digest: artifacts.digest, sizeBytes: artifacts.sizeBytes })
    .from(artifacts)
    .where(sql`${artifacts.digest} = any(${wanted}::text[])`)
  return new Map(rows.map((r) => [r.digest, r.sizeBytes]))
}
