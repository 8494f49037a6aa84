// A folder for devices that live through hundreds of updates: in memory where the system has that. What a sync is
// worth is simulated (faults.ts); a disk that really syncs only makes the test slow.

import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { TempFolder } from '#test/harness/temp-folder.ts'

export async function fastFolder(name: string): Promise<TempFolder> {
  const parent = existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir()
  const folder = await mkdtemp(path.join(parent, `tandem-${name}-`))
  return {
    path: folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  }
}
