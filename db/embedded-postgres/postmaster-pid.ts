// postmaster.pid is where a running server says who and where it is. After a kill -9 or a power cut the file
// stays, and its pid may by now belong to any other program: so a pid counts only if its command line says
// that it serves this very data folder. Zombies have no command line, and so count as gone.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

export type PostmasterPid = { pid: number; port: number; isReady: boolean }

export function readPostmasterPid(data: string): PostmasterPid | undefined {
  const lines = readIfThere(path.join(data, 'postmaster.pid'))?.split(/\r?\n/)
  const pid = Number(lines?.[0])
  if (!lines || !(pid > 1)) return undefined // None, or this moment being written.
  return { pid, port: Number(lines[3] ?? 0), isReady: lines[7]?.trim() === 'ready' }
}

/** The arguments by which a postmaster is told from every other process; startPostmaster() passes them. */
export function postmasterArguments(data: string, port: number): string[] {
  return ['-D', data, '-p', String(port)]
}

/** Windows shows no command line: there only the program's name is compared, and connecting proves the rest. */
export function isPostmaster(pid: number, data: string): boolean {
  if (!isAlive(pid)) return false
  if (process.platform === 'win32') return commandLine(pid).includes('postgres.exe')
  return commandLine(pid).includes(`-D ${data} -p `)
}

/**
 * PostgreSQL will not start while the pid in its file is alive, whoever that is. Writing a pid that no system
 * hands out says "gone" and, unlike removing the file, keeps the shared memory key in it, by which PostgreSQL
 * notices orphaned backends that still write.
 */
export function disownPostmasterPid(data: string): void {
  const held = readPostmasterPid(data)
  if (!held || !isAlive(held.pid) || isPostmaster(held.pid, data)) return
  const file = path.join(data, 'postmaster.pid')
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, '2147483647'))
}

/** The port of the last start: with the same one, connection pools find the server again by themselves. */
export function lastPort(data: string): number | undefined {
  const port = readIfThere(path.join(data, 'postmaster.opts'))?.match(/"-p" "(\d+)"/)?.[1]
  return port === undefined ? undefined : Number(port)
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function commandLine(pid: number): string {
  if (process.platform === 'linux') {
    return (readIfThere(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ')
  }
  const [command, args] =
    process.platform === 'win32'
      ? (['tasklist', ['/NH', '/FO', 'CSV', '/FI', `PID eq ${pid}`]] as const)
      : (['ps', ['-ww', '-o', 'command=', '-p', String(pid)]] as const)
  return spawnSync(command, args, { encoding: 'utf8' }).stdout ?? ''
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return undefined // ESRCH: the process ended as we read.
    throw cause
  }
}
