// One start per TANDEM_HOME. The lock names a process; where that process is gone (kill -9, power cut) the lock
// is stale and taken over.

import { readFileSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

export class StartRefused extends Error {
  override readonly name = 'StartRefused'
}

/** A reused process number must not keep a home locked: the command line has to look like ours. */
function isStart(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  if (process.platform !== 'linux') return true
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('demo/start')
  } catch {
    return false
  }
}

export async function lockHome(home: string): Promise<{ release(): Promise<void> }> {
  await mkdir(home, { recursive: true, mode: 0o700 })
  const file = path.join(home, 'start.pid')
  for (;;) {
    try {
      await writeFile(file, String(process.pid), { flag: 'wx' })
      return { release: () => rm(file, { force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const pid = Number(await readFile(file, 'utf8').catch(() => ''))
    if (pid > 0 && pid !== process.pid && isStart(pid))
      throw new StartRefused(
        `Cannot start in "${home}": process ${pid} runs there already, expected another TANDEM_HOME`,
      )
    await rm(file, { force: true })
  }
}
