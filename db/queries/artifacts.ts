// The rows that vouch for files in the artifact store: a row exists only after its bytes are durable.

import { sql } from 'drizzle-orm'
import type { ArtifactRef } from '#contract/digest.ts'
import type { Db } from '../db.ts'
import { artifacts } from '../schema/access.ts'

export async function recordArtifact(db: Db, ref: ArtifactRef, mediaType: string): Promise<void> {
  await db
    .insert(artifacts)
    .values({ ...ref, mediaType })
    .onConflictDoNothing()
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
