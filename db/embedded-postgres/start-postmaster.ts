// Spawns one postmaster, detached: Ctrl-C in the terminal reaches us and not the database, and the server
// outlives a crash of its starter, which then adopts it. Its exit is told apart by what it logged: leftovers
// of an earlier server pass by themselves, anything else will be the same the next time.
import { spawn } from 'node:child_process'
import { closeSync, fchownSync, fstatSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import net from 'node:net'
import type { ClusterPaths } from './cluster-paths.ts'
import { lastPort, postmasterArguments } from './postmaster-pid.ts'
import { asCommand, type Privilege } from './privilege.ts'

// Here and not only by default: an ALTER SYSTEM that somebody left behind would outlive every start, unseen until a
// power cut. The arguments of whoever starts it come behind these.
const DURABLE = ['-c', 'fsync=on', '-c', 'full_page_writes=on', '-c', 'synchronous_commit=on']

const LOG_MAX_BYTES = 10_000_000 // Months of checkpoints; one older file is kept.

export type StartingPostmaster = {
  pid: number | undefined
  hasExited(): boolean
  /** Why it exited: its last FATAL line. */
  reason(): string
  kill(): void
}

export type StartPostmasterOptions = { postgres: string; privilege: Privilege; flags: readonly string[] }

export async function startPostmaster(
  paths: ClusterPaths,
  { postgres, privilege, flags }: StartPostmasterOptions,
): Promise<StartingPostmaster> {
  const port = (await freePort(lastPort(paths.data) ?? 0)) ?? (await freePort(0)) ?? 0
  const [command, args, options] = asCommand(privilege, postgres, [
    ...postmasterArguments(paths.data, port),
    ...['-c', 'listen_addresses=127.0.0.1'],
    ...['-c', 'unix_socket_directories='],
    ...DURABLE,
    ...flags,
  ])
  const log = openLog(paths.log, privilege)
  const child = spawn(command, args, {
    ...options,
    detached: true,
    stdio: ['ignore', log.handle, log.handle],
  })
  closeSync(log.handle)
  let failure: string | undefined
  child.once('error', (cause) => {
    failure = cause.message
  })
  child.once('exit', (code, signal) => {
    failure = `exit ${code ?? signal}`
  })
  child.unref()
  return {
    pid: child.pid,
    hasExited: () => failure !== undefined,
    reason: () => lastFatal(paths.log, log.startByte) ?? failure ?? 'it still runs',
    kill: () => void child.kill('SIGINT'),
  }
}

/** Backends of a killed server still draining, its pid not yet reaped, or our port taken since we looked. */
export function isPassing(reason: string): boolean {
  return /shared memory block|lock file "postmaster\.pid"|could not create any TCP\/IP sockets/.test(reason)
}

function openLog(file: string, { account }: Privilege): { handle: number; startByte: number } {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_MAX_BYTES) renameSync(file, `${file}.old`)
  const handle = openSync(file, 'a', 0o600)
  if (account) fchownSync(handle, account.uid, account.gid)
  return { handle, startByte: fstatSync(handle).size }
}

function lastFatal(file: string, startByte: number): string | undefined {
  const lines = readFileSync(file).subarray(startByte).toString('utf8').split(/\r?\n/)
  return lines.findLast((line) => line.includes('FATAL:'))?.replace(/^.*FATAL:\s*/, '')
}

/** Undefined when the wanted port is taken. */
function freePort(wanted: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = net.createServer()
    server.once('error', (cause: NodeJS.ErrnoException) =>
      cause.code === 'EADDRINUSE' ? resolve(undefined) : reject(cause),
    )
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo
      server.close(() => resolve(port))
    })
  })
}
