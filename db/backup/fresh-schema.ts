// The schema as it was when the backup was made: the same migrations in the same order, by their files. So an older
// backup fits into a newer build, which brings it up to date afterwards as it would any older database. Within the
// transaction of the restore, which migrate.ts could not be: drizzle commits by itself.

import type { ClientBase } from 'pg'
import type { MigrationFile } from '../migrate.ts'

/** As drizzle makes it: its next migrate() goes on from here. */
const BOOKKEEPING = `
  create schema drizzle;
  create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)`

export async function makeSchema(client: ClientBase, files: readonly MigrationFile[]): Promise<void> {
  await client.query(BOOKKEEPING)
  for (const { text, hash, when } of files) {
    for (const statement of text.split('--> statement-breakpoint')) await client.query(statement)
    await client.query('insert into drizzle.__drizzle_migrations (hash, created_at) values ($1, $2)', [
      hash,
      when,
    ])
  }
}

interface ForeignKey {
  readonly table: string
  readonly name: string
  readonly definition: string
}

/**
 * What would get into the way of rows that come in the order of their tables' names: foreign keys are dropped, triggers
 * disabled, and rows that migrations brought removed, since the backup has its own. Answers how it all comes back: with
 * that the foreign keys are checked, over all rows at once.
 */
export async function setAside(client: ClientBase, tables: readonly string[]): Promise<() => Promise<void>> {
  const { rows: keys } = await client.query<ForeignKey>(`
    select k.conrelid::regclass::text as table, quote_ident(k.conname) as name, pg_get_constraintdef(k.oid) as definition
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    where k.contype = 'f' and k.conparentid = 0 and n.nspname <> 'drizzle' and n.nspname not like 'pg\\_%'`)
  for (const { table, name } of keys) await client.query(`alter table ${table} drop constraint ${name}`)
  for (const table of tables) await client.query(`alter table ${table} disable trigger user`)
  if (tables.length > 0) await client.query(`truncate ${tables.join(', ')}`)
  return async () => {
    for (const table of tables) await client.query(`alter table ${table} enable trigger user`)
    for (const { table, name, definition } of keys)
      await client.query(`alter table ${table} add constraint ${name} ${definition}`)
  }
}
