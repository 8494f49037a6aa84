// What lies in a folder for so long that whoever made it has gone.

import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { remove } from '../durable-files.ts'

export async function removeOld(folder: string, ageMaxMs: number): Promise<void> {
  const oldestMs = Date.now() - ageMaxMs
  for (const name of await readdir(folder).catch(noneIfMissing)) {
    const file = path.join(folder, name)
    const { mtimeMs } = (await stat(file).catch(undefinedIfMissing)) ?? { mtimeMs: Number.POSITIVE_INFINITY }
    if (mtimeMs < oldestMs) await remove(file)
  }
}

export function noneIfMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return []
  throw error
}

export function undefinedIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined
  throw error
}
