// Data folders of one major version mean nothing to another, and PostgreSQL's own refusal names neither a way out nor
// this program. The way out is a backup by the build that made the cluster and a restore by this one: the embedded
// packages hold neither pg_upgrade nor pg_dump (docs/backup.md).

import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { ClusterPaths } from './cluster-paths.ts'
import { PostgresUnavailable } from './postgres-unavailable.ts'

/** Throws `other_major`; the cluster was not touched then. */
export function expectOwnMajor(paths: ClusterPaths, ownMajor: string): void {
  const file = path.join(paths.data, 'PG_VERSION')
  if (!existsSync(file)) return // None yet, or damaged in a way that the start itself tells better.
  const major = readFileSync(file, 'utf8').trim()
  if (major === ownMajor) return
  throw new PostgresUnavailable(
    'other_major',
    `Cannot start PostgreSQL in "${paths.folder}": its cluster was made by version ${major}, expected ${ownMajor}; ` +
      `back it up by the build that made it, move the folder away, and restore the backup (docs/backup.md)`,
  )
}
