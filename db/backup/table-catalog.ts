// What there is to back up, by the catalogue and not by a list: a table that a later migration adds is in the next
// backup by itself, and so are the partitions that days and months bring. Rows lie in the leaves, so partitioned tables
// are named as what their partitions belong to. drizzle's bookkeeping is the head's `migrations`, and not copied.

import type { ClientBase } from 'pg'
import type { Migration, SequenceHead, TableHead } from './file/backup-format.ts'

const OWN = `n.nspname not like 'pg\\_%' and n.nspname not in ('information_schema', 'drizzle')
  and not exists (select from pg_depend x where x.classid = 'pg_class'::regclass and x.objid = c.oid and x.deptype = 'e')`
const NAME = `quote_ident(n.nspname) || '.' || quote_ident(c.relname)`

export interface TableSource extends TableHead {
  /** On disk, by which progress is told. */
  readonly sizeBytes: number
}

/** Leaves alone; generated columns make themselves. */
export async function listTables(client: ClientBase): Promise<TableSource[]> {
  const { rows } = await client.query<TableSource>(`
    select ${NAME} as name, pg_table_size(c.oid)::float8 as "sizeBytes", pg_get_expr(c.relpartbound, c.oid) as bound,
      (select quote_ident(pn.nspname) || '.' || quote_ident(p.relname) from pg_inherits i
        join pg_class p on p.oid = i.inhparent join pg_namespace pn on pn.oid = p.relnamespace
        where i.inhrelid = c.oid and c.relispartition) as of,
      array(select quote_ident(a.attname) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum) as columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' and ${OWN} order by 1`)
  return rows
}

export async function listSequences(client: ClientBase): Promise<SequenceHead[]> {
  const { rows } = await client.query<{ name: string }>(
    `select ${NAME} as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'S' and ${OWN} order by 1`,
  )
  const heads: SequenceHead[] = []
  for (const { name } of rows) {
    const found = await client.query(`select last_value::text as last, is_called as "isCalled" from ${name}`)
    heads.push({ name, ...found.rows[0] })
  }
  return heads
}

export async function appliedMigrations(client: ClientBase): Promise<Migration[]> {
  const { rows } = await client.query(
    `select to_regclass('drizzle.__drizzle_migrations') is not null as there`,
  )
  if (!rows[0].there) return []
  const applied = await client.query<Migration>(
    `select hash, created_at::text as "when" from drizzle.__drizzle_migrations order by created_at, id`,
  )
  return applied.rows
}

/** Those that hold a row, but for the job queue's, to which migrations give some. */
export async function filledTables(client: ClientBase): Promise<string[]> {
  const filled: string[] = []
  for (const { name } of await listTables(client)) {
    if (name.startsWith('pgboss.')) continue
    const { rowCount } = await client.query(`select from ${name} limit 1`)
    if (rowCount) filled.push(name)
  }
  return filled
}
