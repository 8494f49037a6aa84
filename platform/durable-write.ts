// The one way in which files that matter are written: temp file beside the target, fsync, rename, fsync of the
// folder. After a power cut the reader finds the old bytes or the new ones, never a mix and never none.

import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { makeFolder, openFile, remove, renameFile, syncFolder } from './durable-files.ts'

export async function writeDurably(file: string, data: string | Uint8Array, mode = 0o644): Promise<void> {
  const folder = path.dirname(file)
  await makeFolder(folder)
  const temp = path.join(folder, `.${path.basename(file)}.${randomUUID()}.tmp`)
  try {
    const handle = await openFile(temp, 'wx', mode)
    try {
      await handle.write(data)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await renameFile(temp, file)
  } catch (error) {
    // On a disk that fails the temp file may stay; what went wrong first is what counts.
    await remove(temp).catch(() => undefined)
    throw error
  }
  await syncFolder(folder)
}
