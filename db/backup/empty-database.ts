// Makes room for a restore: everything of the product goes, tables, functions and types, in the transaction that puts
// the restored ones in their place. What an extension owns stays, and so do the schema "public" itself with its grants,
// and schemas that are none of ours.

import type { ClientBase } from 'pg'

/** Made by migrations, beside "public". */
const OWN_SCHEMAS = ['drizzle', 'partitions', 'pgboss']

const notOfExtension = (catalogue: string, oid: string) =>
  `not exists (select from pg_depend x where x.classid = '${catalogue}'::regclass and x.objid = ${oid} and x.deptype = 'e')`

const IN_PUBLIC = `
  select case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' else 'table' end
    || ' if exists ' || c.oid::regclass as what
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S')
      and ${notOfExtension('pg_class', 'c.oid')}
  union all select 'routine if exists ' || p.oid::regprocedure
    from pg_proc p where p.pronamespace = 'public'::regnamespace and ${notOfExtension('pg_proc', 'p.oid')}
  union all select 'type if exists ' || t.oid::regtype
    from pg_type t where t.typnamespace = 'public'::regnamespace and t.typtype in ('e', 'd')
      and ${notOfExtension('pg_type', 't.oid')}`

export async function emptyDatabase(client: ClientBase): Promise<void> {
  await client.query(`drop schema if exists ${OWN_SCHEMAS.join(', ')} cascade`)
  await client.query('create schema if not exists public')
  const { rows } = await client.query<{ what: string }>(IN_PUBLIC)
  for (const { what } of rows) await client.query(`drop ${what} cascade`)
}
