// Stops a server for everybody who uses it: SIGINT is PostgreSQL's fast shutdown (transactions are rolled back,
// nothing committed is lost), SIGQUIT its immediate one (the next start replays the log). The pid is checked
// before each signal, so that a pid which now belongs to another program is never signalled.
import { spawnSync } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { type ClusterPaths, clusterPaths } from './cluster-paths.ts'
import { nativeBinaries } from './native-binaries.ts'
import { PostgresUnavailable } from './postgres-unavailable.ts'
import { isPostmaster, readPostmasterPid } from './postmaster-pid.ts'

const FAST_MAX_MS = 20_000 // Time for the shutdown checkpoint on an SD card.
const IMMEDIATE_MAX_MS = 10_000 // PostgreSQL itself kills its backends 5 s after SIGQUIT.

/** Stops the server of a folder, if one runs there. */
export async function stopPostgres(folder: string): Promise<void> {
  const paths = clusterPaths(folder)
  const postmaster = readPostmasterPid(paths.data)
  if (postmaster) await stopPostmaster(paths, postmaster.pid)
}

/** Throws `stop_timeout` if the server survives both signals. */
export async function stopPostmaster(paths: ClusterPaths, pid: number): Promise<void> {
  if (await signalAndWait(paths, pid, 'INT', FAST_MAX_MS)) return
  if (await signalAndWait(paths, pid, 'QUIT', IMMEDIATE_MAX_MS)) return
  throw new PostgresUnavailable(
    'stop_timeout',
    `Cannot stop PostgreSQL in "${paths.folder}": process ${pid} still runs after SIGQUIT, expected it to exit within ${IMMEDIATE_MAX_MS} ms`,
  )
}

async function signalAndWait(paths: ClusterPaths, pid: number, signal: 'INT' | 'QUIT', maxMs: number) {
  if (!isPostmaster(pid, paths.data)) return true
  send(pid, signal)
  for (const endMs = Date.now() + maxMs; Date.now() < endMs; await pause(20)) {
    if (!isPostmaster(pid, paths.data)) return true
  }
  return false
}

function send(pid: number, signal: 'INT' | 'QUIT'): void {
  if (process.platform === 'win32') {
    spawnSync(nativeBinaries().pgCtl, ['kill', signal, String(pid)]) // Node can only terminate there.
    return
  }
  try {
    process.kill(pid, `SIG${signal}`)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ESRCH') throw cause // Gone by itself.
  }
}
