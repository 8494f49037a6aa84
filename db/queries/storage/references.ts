// What refers to an artifact, asked of the database's own catalogue: every foreign key to `artifacts`, and every digest
// in a JSON document of any table, also of those that are added later. To miss one would be to lose somebody's model, so
// nothing is listed here by hand but what is known to refer to nothing:
// - the audit log tells what was done, not what is needed;
// - answers that are kept for callers who ask twice tell what was done, too;
// - an upload's row names what is to come.
// Manifests (text) name nothing that the documents of their deployments do not.

import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'

const NO_REFERENCE = ['audit_log', 'calls', 'uploads']

export interface DigestColumn {
  readonly schema: string
  readonly table: string
  readonly column: string
}

export interface DigestColumns {
  /** Foreign keys: the column is the digest. */
  readonly keys: readonly DigestColumn[]
  /** Documents that may have digests anywhere within. */
  readonly documents: readonly DigestColumn[]
}

export async function digestColumns(db: Db): Promise<DigestColumns> {
  const { rows: keys } = await db.execute(sql`
    select s.nspname as schema, t.relname as table, a.attname as column
    from pg_constraint k
    join pg_class t on t.oid = k.conrelid
    join pg_namespace s on s.oid = t.relnamespace
    join pg_attribute a on a.attrelid = t.oid and a.attnum = k.conkey[1]
    where k.contype = 'f' and k.confrelid = 'artifacts'::regclass and not t.relispartition
    order by 1, 2, 3`)
  const { rows: documents } = await db.execute(sql`
    select s.nspname as schema, t.relname as table, a.attname as column
    from pg_class t
    join pg_namespace s on s.oid = t.relnamespace
    join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
    where t.relkind in ('r', 'p') and not t.relispartition and t.relpersistence <> 't'
      and a.atttypid in ('json'::regtype, 'jsonb'::regtype, 'json[]'::regtype, 'jsonb[]'::regtype)
      and s.nspname not in ('pg_catalog', 'information_schema')
      and t.relname <> all(${sql.param(NO_REFERENCE)}::text[])
      and has_table_privilege(t.oid, 'select')
    order by 1, 2, 3`)
  return { keys: keys as unknown as DigestColumn[], documents: documents as unknown as DigestColumn[] }
}

const from = ({ schema, table }: DigestColumn): SQL =>
  sql`${sql.identifier(schema)}.${sql.identifier(table)} r`
const value = ({ column }: DigestColumn): SQL => sql`r.${sql.identifier(column)}`

/** Of a digest `of`, by foreign keys alone: by indexes, or tables that are small. */
export const isKeptByKeys = (of: SQL, { keys }: DigestColumns): SQL =>
  keys.length === 0
    ? sql`false`
    : sql`(${sql.join(
        keys.map((key) => sql`exists (select from ${from(key)} where ${value(key)} = ${of})`),
        sql` or `,
      )})`

/** All digests that documents name: reads every document once. */
export const namedInDocuments = ({ documents }: DigestColumns): SQL =>
  documents.length === 0
    ? sql`select null::text where false`
    : sql.join(
        documents.map(
          (document) =>
            sql`select m[1] from ${from(document)}, regexp_matches(${value(document)}::text, 'sha256:[0-9a-f]{64}', 'g') m`,
        ),
        sql` union `,
      )

export interface Reference {
  /** `table.column`. */
  readonly by: string
  readonly rows: number
}

/** How many rows of which columns refer to one artifact. */
export async function referencesTo(db: Db, digest: string): Promise<Reference[]> {
  const columns = await digestColumns(db)
  const name = ({ schema, table, column }: DigestColumn) =>
    `${schema === 'public' ? '' : `${schema}.`}${table}.${column}`
  const counts = [
    ...columns.keys.map(
      (key) =>
        sql`select ${name(key)}::text as by, count(*)::integer as rows from ${from(key)} where ${value(key)} = ${digest}`,
    ),
    ...columns.documents.map(
      (document) =>
        sql`select ${name(document)}::text as by, count(*)::integer as rows from ${from(document)} where strpos(${value(document)}::text, ${digest}) > 0`,
    ),
  ]
  const { rows } = await db.execute(sql.join(counts, sql` union all `))
  return (rows as unknown as Reference[]).filter((row) => row.rows > 0)
}
