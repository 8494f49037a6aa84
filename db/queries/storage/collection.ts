// Rows of artifacts that nothing refers to. Candidates are locked before they are looked at once more: whoever is about
// to refer to one either has it locked already, and it is passed over, or waits and finds it gone. Foreign keys would
// refuse what got past that.

import { type SQL, sql } from 'drizzle-orm'
import type { ArtifactRef } from '#contract/digest.ts'
import type { Db } from '../../db.ts'
import { type DigestColumns, digestColumns, isKeptByKeys, namedInDocuments } from './references.ts'

export interface CollectionPage {
  /** Nobody has touched them for so long. */
  readonly graceHours: number
  /** Behind this digest, in their order. */
  readonly after: string
  readonly limit: number
}

export interface Collected {
  readonly artifacts: readonly ArtifactRef[]
  /** Where the next page begins; undefined behind the last. */
  readonly next: string | undefined
}

const OF = sql`a.digest`

const isUntouched = (graceHours: number): SQL =>
  sql`a.touched_at < now() - make_interval(secs => ${graceHours * 3_600})`

async function candidates(
  tx: Db,
  page: CollectionPage,
  columns: DigestColumns,
  lock: SQL,
): Promise<string[]> {
  const { rows } = await tx.execute(sql`
    select a.digest from artifacts a
    where ${isUntouched(page.graceHours)} and a.digest > ${page.after} and not ${isKeptByKeys(OF, columns)}
    order by a.digest limit ${page.limit} ${lock}`)
  return rows.map((row) => (row as { digest: string }).digest)
}

const stillUnnamed = (digests: readonly string[], columns: DigestColumns): SQL =>
  sql`a.digest = any(${sql.param(digests)}::text[]) and not ${isKeptByKeys(OF, columns)}
    and a.digest not in (select d.digest from (${namedInDocuments(columns)}) d(digest) where d.digest is not null)`

const refsOf = (rows: readonly unknown[]): ArtifactRef[] =>
  (rows as { digest: string; size: string }[]).map(({ digest, size }) => ({
    digest,
    sizeBytes: Number(size),
  }))

/** What deleteUnreferenced would delete now. */
export async function listUnreferenced(db: Db, page: CollectionPage): Promise<Collected> {
  const columns = await digestColumns(db)
  const digests = await candidates(db, page, columns, sql``)
  const { rows } = await db.execute(sql`
    select a.digest, a.size_bytes as size from artifacts a where ${stillUnnamed(digests, columns)} order by 1`)
  return { artifacts: refsOf(rows), next: digests.length < page.limit ? undefined : digests.at(-1) }
}

export const deleteUnreferenced = (db: Db, page: CollectionPage): Promise<Collected> =>
  db.transaction(async (tx) => {
    const columns = await digestColumns(tx)
    const digests = await candidates(tx, page, columns, sql`for update of a skip locked`)
    // A statement of its own sees what was committed while the locks were waited for.
    const { rows } = await tx.execute(sql`
      delete from artifacts a where ${stillUnnamed(digests, columns)} and ${isUntouched(page.graceHours)}
      returning a.digest, a.size_bytes as size`)
    return { artifacts: refsOf(rows), next: digests.length < page.limit ? undefined : digests.at(-1) }
  })
