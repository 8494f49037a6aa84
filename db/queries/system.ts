// What the database says of itself, for whoever looks after it: its server's version, and how far it is migrated.

import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'

export interface DatabaseFacts {
  readonly postgresVersion: string
  /** Applied; a control plane does not start on fewer than it knows, and a newer one may have added some since. */
  readonly migrations: number
}

export async function databaseFacts(db: Db): Promise<DatabaseFacts> {
  const { rows } = await db.execute<{ version: string; migrations: number }>(sql`
    select split_part(current_setting('server_version'), ' ', 1) as version,
           (select count(*)::int from drizzle.__drizzle_migrations) as migrations`)
  return { postgresVersion: rows[0]!.version, migrations: rows[0]!.migrations }
}
