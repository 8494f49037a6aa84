// A real PostgreSQL without an installation: makes the cluster, starts the server or adopts a running one, and
// recovers after anything was killed. Data is as safe as PostgreSQL makes it: fsync is on unless a flag says
// otherwise. Measured on two cores: made and started in 1.5 s, started in 0.15 s, adopted in 40 ms.
// One server per folder, shared by every process that asks; it runs until somebody stops it.
import { existsSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { type ClusterPaths, clusterPaths } from './cluster-paths.ts'
import { createCluster } from './create-cluster.ts'
import { expectOwnMajor } from './expect-own-major.ts'
import { nativeBinaries } from './native-binaries.ts'
import { PostgresUnavailable } from './postgres-unavailable.ts'
import { disownPostmasterPid } from './postmaster-pid.ts'
import { choosePrivilege, giveTo } from './privilege.ts'
import { type ServerState, serverState } from './server-state.ts'
import { withStartLock } from './start-lock.ts'
import { isPassing, type StartingPostmaster, startPostmaster } from './start-postmaster.ts'
import { stopPostmaster } from './stop-postmaster.ts'

// Replaying a full log (max_wal_size, 1 GB) after a crash takes about a minute on an SD card.
const READY_MAX_MS = 120_000
const LOOK_EVERY_MS = 25

export type EnsurePostgresOptions = {
  folder: string
  /** More arguments of the server, such as ['-c', 'fsync=off']; an adopted server keeps its own. */
  flags?: readonly string[]
  onProgress?: (line: string) => void
  signal?: AbortSignal
}

export type EmbeddedPostgres = {
  /** Of a superuser, on loopback, with the password in it: not for logs. */
  url: string
  how: 'created' | 'started' | 'adopted'
  pid: number
  /** Stops the server, also for other processes that adopted it. */
  stop(): Promise<void>
}

/** Throws PostgresUnavailable. */
export async function ensurePostgres(options: EnsurePostgresOptions): Promise<EmbeddedPostgres> {
  const paths = clusterPaths(options.folder)
  const running = await serverState(paths)
  if (running.state === 'ready') return handleOf(paths, running, 'adopted')
  return withStartLock(paths.lock, options.signal, () => start(paths, options))
}

async function start(paths: ClusterPaths, options: EnsurePostgresOptions): Promise<EmbeddedPostgres> {
  const { flags = [], onProgress } = options
  const running = await serverState(paths)
  if (running.state === 'ready') return handleOf(paths, running, 'adopted')
  const { initdb, postgres, major } = nativeBinaries()
  expectOwnMajor(paths, major)
  const privilege = choosePrivilege(paths, postgres)
  const isNew = !existsSync(paths.cluster)
  if (isNew) {
    onProgress?.(`Creating a PostgreSQL cluster in ${paths.cluster}`)
    await createCluster(paths, { initdb, privilege, isDurable: !flags.includes('fsync=off') })
  } else {
    await giveTo(privilege, paths.cluster)
  }
  const { ready, startedPid } = await untilReady(paths, options, () => {
    onProgress?.('Starting PostgreSQL')
    disownPostmasterPid(paths.data)
    return startPostmaster(paths, { postgres, privilege, flags })
  })
  const how = ready.pid !== startedPid ? 'adopted' : isNew ? 'created' : 'started'
  return handleOf(paths, ready, how)
}

type Ready = Extract<ServerState, { state: 'ready' }>

/** Starts a postmaster whenever none runs, and again when one falls over leftovers of an earlier server. */
async function untilReady(
  paths: ClusterPaths,
  { signal }: EnsurePostgresOptions,
  startOne: () => Promise<StartingPostmaster>,
): Promise<{ ready: Ready; startedPid: number | undefined }> {
  let own: StartingPostmaster | undefined
  for (const endMs = Date.now() + READY_MAX_MS; Date.now() < endMs; await pause(LOOK_EVERY_MS)) {
    if (signal?.aborted) own?.kill()
    signal?.throwIfAborted()
    const seen = await serverState(paths)
    if (seen.state === 'ready') return { ready: seen, startedPid: own?.pid }
    if (seen.state === 'busy') continue
    if (own?.hasExited() && !isPassing(own.reason())) throw startFailed(paths, own.reason())
    if (!own || own.hasExited()) own = await startOne()
  }
  // A server that is still replaying its log is left to it: the next attempt finds it further on.
  throw new PostgresUnavailable(
    'start_timeout',
    `Cannot reach PostgreSQL in "${paths.folder}": ${own?.reason() ?? 'it does not answer'}, expected it ready within ${READY_MAX_MS} ms; see "${paths.log}"`,
  )
}

function startFailed(paths: ClusterPaths, reason: string): PostgresUnavailable {
  return new PostgresUnavailable(
    'start_failed',
    `Cannot start PostgreSQL in "${paths.folder}": ${reason}, expected it to keep running; see "${paths.log}"`,
  )
}

function handleOf(paths: ClusterPaths, { url, pid }: Ready, how: EmbeddedPostgres['how']): EmbeddedPostgres {
  return { url, how, pid, stop: () => stopPostmaster(paths, pid) }
}
