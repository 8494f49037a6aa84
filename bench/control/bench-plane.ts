// The control plane of the benches in this folder: its real process with its embedded PostgreSQL in a temporary home,
// and a pool of this process on the same database, by which rows are put there and counted.

import path from 'node:path'
import { connect, type Database } from '#db/connect.ts'
import { ensurePostgres } from '#db/embedded-postgres/ensure-postgres.ts'
import { Process } from '#test/harness/process.ts'
import { tempFolder } from '#test/harness/temp-folder.ts'

export interface BenchPlane extends AsyncDisposable {
  readonly url: string
  readonly folder: string
  /** Of the control plane, and of PostgreSQL. */
  readonly pids: { readonly control: number; readonly postgres: number }
  readonly database: Database
  readonly databaseUrl: string
}

export async function openBenchPlane(name: string): Promise<BenchPlane> {
  const folder = await tempFolder(name)
  const env = { TANDEM_HOME: folder.path, TANDEM_PORT: '0', LOG_LEVEL: 'warn' }
  const control = new Process({ entry: 'admin/main.ts', env })
  const url = await control.ready()
  const postgres = await ensurePostgres({ folder: path.join(folder.path, 'postgres') })
  const database = connect(postgres.url)
  return {
    ...{ url, folder: folder.path, database, databaseUrl: postgres.url },
    pids: { control: control.pid, postgres: postgres.pid },
    async [Symbol.asyncDispose]() {
      await database.close()
      await control.stop()
      const said = control.output.trim()
      if (said) console.error(`the control plane said:\n${said.slice(0, 2_000)}`)
      await folder[Symbol.asyncDispose]()
    },
  }
}
