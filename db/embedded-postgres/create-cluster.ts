// Makes data folder and password under a temporary name and renames them into place together. initdb writes its
// version file early, so a starter killed half-way would otherwise leave something that looks like a cluster
// and never starts.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { ClusterPaths } from './cluster-paths.ts'
import { PostgresUnavailable } from './postgres-unavailable.ts'
import { asCommand, giveTo, type Privilege } from './privilege.ts'

// initdb takes seconds; a staged folder this old belongs to nobody.
const ABANDONED_AFTER_MS = 10 * 60_000

export type CreateClusterOptions = { initdb: string; privilege: Privilege; isDurable: boolean }

/** Returns quietly if another starter's cluster got there first. */
export async function createCluster(paths: ClusterPaths, options: CreateClusterOptions): Promise<void> {
  await removeAbandoned(paths)
  const staged = await mkdtemp(`${paths.cluster}.`)
  try {
    await runInitdb(staged, options)
    await rename(staged, paths.cluster)
    if (options.isDurable) await syncFolder(paths.folder)
  } catch (cause) {
    await rm(staged, { recursive: true, force: true })
    const { code } = cause as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw cause
  }
}

async function runInitdb(staged: string, { initdb, privilege, isDurable }: CreateClusterOptions) {
  const password = path.join(staged, 'password')
  await writeFile(password, randomBytes(24).toString('base64url'), { mode: 0o600, flush: true })
  await giveTo(privilege, staged)
  const [command, args, options] = asCommand(privilege, initdb, [
    `--pgdata=${path.join(staged, 'data')}`,
    '--username=tandem',
    '--auth=scram-sha-256',
    `--pwfile=${password}`,
    '--encoding=UTF8',
    // PostgreSQL's own locale: the same order and upper case on every system, whatever libc it has.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--set=timezone=UTC',
    '--no-instructions',
    ...(isDurable ? [] : ['--no-sync']),
  ])
  try {
    await promisify(execFile)(command, [...args], options)
  } catch (cause) {
    const reason = (cause as { stderr?: string }).stderr?.trim().split('\n').at(-1)
    throw new PostgresUnavailable(
      'initdb_failed',
      `Cannot create a PostgreSQL cluster in "${path.dirname(staged)}": ${reason || 'initdb did not finish'}, expected an empty folder on a disk with 60 MB free`,
      { cause },
    )
  }
}

async function removeAbandoned(paths: ClusterPaths): Promise<void> {
  for (const name of await readdir(paths.folder)) {
    if (!name.startsWith('cluster.')) continue
    const staged = path.join(paths.folder, name)
    if (Date.now() - (await stat(staged)).mtimeMs > ABANDONED_AFTER_MS) {
      await rm(staged, { recursive: true, force: true })
    }
  }
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return // Windows cannot sync a folder, and need not.
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}
