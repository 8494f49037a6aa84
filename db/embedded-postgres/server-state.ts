// Is a server of this folder running, and does it answer? Asked before every start and, again and again, while
// one starts. "ready" is proved, not read: we log in with the folder's password (scram, so the server proves
// that it knows it, too) and the server names our data folder as its own.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import type { ClusterPaths } from './cluster-paths.ts'
import { PostgresUnavailable } from './postgres-unavailable.ts'
import { isPostmaster, readPostmasterPid } from './postmaster-pid.ts'

export type ServerState =
  | { state: 'absent' }
  | { state: 'busy' } // starting, recovering, stopping, or out of connections
  | { state: 'ready'; url: string; pid: number }

/** Throws `password_mismatch` when the password is lost, or this folder's server does not know it. */
export async function serverState(paths: ClusterPaths): Promise<ServerState> {
  if (!existsSync(paths.cluster)) return { state: 'absent' }
  const password = readPassword(paths)
  const postmaster = readPostmasterPid(paths.data)
  if (!postmaster || !isPostmaster(postmaster.pid, paths.data)) return { state: 'absent' }
  if (!postmaster.isReady) return { state: 'busy' }
  const url = `postgres://tandem:${password}@127.0.0.1:${postmaster.port}/postgres`
  const served = await askDataFolder(url, paths)
  if (served === undefined) return { state: 'busy' }
  return served === paths.data ? { state: 'ready', url, pid: postmaster.pid } : { state: 'absent' }
}

function readPassword(paths: ClusterPaths): string {
  if (existsSync(paths.password)) return readFileSync(paths.password, 'utf8')
  throw new PostgresUnavailable(
    'password_mismatch',
    `Cannot log in to PostgreSQL in "${paths.folder}": its password file is missing, expected "${paths.password}"; put it back from a copy`,
  )
}

async function askDataFolder(url: string, paths: ClusterPaths): Promise<string | undefined> {
  // Two seconds: a healthy server on loopback answers in milliseconds, a stuck one is asked again.
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000, query_timeout: 2000 })
  client.on('error', () => {}) // A server that stops as we ask; the pending call rejects as well.
  try {
    await client.connect()
    const { rows } = await client.query<{ folder: string }>(`select current_setting('data_directory') folder`)
    return path.resolve(rows[0]?.folder ?? '')
  } catch (cause) {
    if ((cause as { code?: string }).code === '28P01') {
      throw new PostgresUnavailable(
        'password_mismatch',
        `Cannot log in to PostgreSQL in "${paths.folder}": it refuses the password in "${paths.password}", expected the one that its cluster was made with`,
        { cause },
      )
    }
    return undefined
  } finally {
    await client.end().catch(() => {}) // Already broken; the answer above stands.
  }
}
