// Rows as each version of the schema could hold them, for what migrations must keep. A file `0003_rollouts.sql` holds for
// version 3 and all later ones, `0000-0010_outcomes.sql` for versions 0 to 10: together they leave no table empty.

import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'

const FOLDER = path.join(import.meta.dirname, 'fixtures')

/** `version`: of the newest migration that is applied, from 0. */
export async function loadFixtures(url: string, version: number): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    // By where they begin; a span does not count.
    const place = (name: string) => name.replace(/-\d+/, '')
    const names = (await readdir(FOLDER)).sort((a, b) => (place(a) < place(b) ? -1 : 1))
    for (const name of names) {
      const [from, to = Infinity] = name.split('_')[0]!.split('-').map(Number)
      if (version >= from! && version <= to)
        await client.query(await readFile(path.join(FOLDER, name), 'utf8'))
    }
  } finally {
    await client.end()
  }
}
