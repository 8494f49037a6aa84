// The one way in which files that matter are written: temp file beside the target, fsync, rename, fsync of the
// folder. After a power cut the reader finds the old bytes or the new ones, never a mix and never none.

import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'

export async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder; its rename is journalled by NTFS.
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export async function writeDurably(file: string, data: string | Uint8Array, mode = 0o644): Promise<void> {
  const folder = path.dirname(file)
  await mkdir(folder, { recursive: true })
  const temp = path.join(folder, `.${path.basename(file)}.${randomUUID()}.tmp`)
  try {
    const handle = await open(temp, 'wx', mode)
    try {
      await handle.writeFile(data)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temp, file)
  } catch (error) {
    await rm(temp, { force: true })
    throw error
  }
  await syncFolder(folder)
}
