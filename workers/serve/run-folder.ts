// Where a worker's functions have their sockets: a folder of this process's own inside the device's, so that a
// worker that is still leaving cannot take away what its successor has just made. What a crashed run left behind
// (functions that run on, sockets) is swept when the next one begins.

import { mkdir, readdir, rm, rmdir } from 'node:fs/promises'
import path from 'node:path'
import { sweepStale } from '../host/workerd/workerd-sweep.ts'

export interface RunFolder extends AsyncDisposable {
  readonly path: string
  /** Sweeps what dead processes left, then makes the folder. */
  make(): Promise<void>
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function sweep(parent: string): Promise<void> {
  for (const owner of await readdir(parent)) {
    if (Number(owner) !== process.pid && isAlive(Number(owner))) continue
    const left = path.join(parent, owner)
    for (const generation of await readdir(left)) await sweepStale(path.join(left, generation, 'fn'))
    await rm(left, { recursive: true, force: true })
  }
}

export function ownRunFolder(parent: string): RunFolder {
  const own = path.join(parent, String(process.pid))
  return {
    path: own,
    async make() {
      await mkdir(parent, { recursive: true, mode: 0o700 })
      await sweep(parent)
      await mkdir(own, { recursive: true, mode: 0o700 })
    },
    async [Symbol.asyncDispose]() {
      await rm(own, { recursive: true, force: true })
      // Stays where another process has its folder in it.
      await rmdir(parent).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOTEMPTY' && error.code !== 'ENOENT') throw error
      })
    },
  }
}
