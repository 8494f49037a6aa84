// What a database holds, in few words: two that are equal in it hold the same values.

import type pg from 'pg'

/** By `table.column`: how many values and the digest of all of them. */
export async function contentsOf(client: pg.Client): Promise<Map<string, string>> {
  const rows = async (sql: string) => (await client.query({ text: sql, rowMode: 'array' })).rows as string[][]
  const columns = await rows(
    `select table_name, column_name from information_schema.columns where table_schema = 'public' order by 1, 2`,
  )
  const found = new Map<string, string>()
  for (const [table, column] of columns) {
    const [row] = await rows(
      `select concat(count(*), ' ', md5(coalesce(string_agg(x::text, '|' order by x::text), ''))) from (select "${column}" from "${table}") x`,
    )
    found.set(`${table}.${column}`, row![0]!)
  }
  return found
}
