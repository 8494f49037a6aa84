// A device that is killed leaves its workerd running: it is a process group of its own. The next run finds it
// by the pid file in the function's folder, and kills only a process whose command line names our own
// configuration, since the number may long belong to somebody else.

import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { removeWorkerdFiles, workerdFiles } from './workerd-config.ts'

/** Ends what an earlier run has left in `folder` and removes its files; true where there was a process. */
export async function sweepStale(folder: string): Promise<boolean> {
  const files = workerdFiles(folder)
  const pid = Number(await readOrEmpty(files.pid))
  const isOurs = pid > 0 && (await readOrEmpty(`/proc/${pid}/cmdline`)).split('\0').includes(files.config)
  if (isOurs) await killAndWait(pid)
  await removeWorkerdFiles(files)
  return isOurs
}

async function killAndWait(pid: number): Promise<void> {
  while (sendKill(pid)) await delay(10)
}

/** False once the process is gone. */
function sendKill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false
    throw error
  }
}

async function readOrEmpty(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    // ESRCH: the process went while its command line was being read.
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH') return ''
    throw error
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
