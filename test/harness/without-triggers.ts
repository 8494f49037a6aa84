// What a test changes behind the database's back: rows that are immutable to everybody else, as a person with a
// superuser's SQL could change them, or an older build might have left them.

import type pg from 'pg'

export async function withoutTriggers<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  statement: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query(`set local session_replication_role = 'replica'`)
    const { rows } = await client.query<Row>(statement, [...values])
    await client.query('commit')
    return rows
  } finally {
    client.release()
  }
}
