// Pages of artifacts, in the order of their digests.

import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { artifacts } from '../../schema/access.ts'
import { type Order, type PageAsk, readPage } from './keyset.ts'

const BY_DIGEST: Order = {
  name: 'artifacts',
  direction: 'asc',
  keys: [{ of: artifacts.digest, as: 'text' }],
}

export const pageArtifacts = (db: Db, ask: PageAsk) =>
  readPage(ask, BY_DIGEST, ({ cursorKey, after, orderBy, limit }) =>
    db
      .select({
        digest: artifacts.digest,
        sizeBytes: artifacts.sizeBytes,
        mediaType: artifacts.mediaType,
        createdAt: artifacts.createdAt,
        touchedAt: artifacts.touchedAt,
        cursorKey,
      })
      .from(artifacts)
      .where(after)
      .orderBy(...orderBy)
      .limit(limit),
  )

/** By its digest, or by the beginning of one that no other has; undefined where none or several have it. */
export async function findArtifact(db: Db, digestOrStart: string) {
  const rows = await db
    .select()
    .from(artifacts)
    .where(sql`starts_with(${artifacts.digest}, ${digestOrStart})`)
    .orderBy(artifacts.digest)
    .limit(2)
  return rows.length === 1 ? rows[0] : undefined
}
