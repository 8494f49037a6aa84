// The file operations that durability is made of, each a point where a fault can be injected. Nothing here decides
// an order: that is up to who writes (durable-write.ts, artifact-store.ts, the spool).

import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { faultPoint } from './fault-point.ts'

export interface OpenFile {
  /** Appends at its position; never short. */
  write(data: string | Uint8Array): Promise<void>
  sync(): Promise<void>
  close(): Promise<void>
}

/** `wx`: a new file; `a`: appends to one, which may be new. */
export async function openFile(file: string, flags: 'wx' | 'a', mode = 0o644): Promise<OpenFile> {
  const handle = await faultPoint({ operation: 'create', path: file }, () => open(file, flags, mode))
  return {
    write: (data) =>
      faultPoint({ operation: 'write', path: file, half: () => writeHalf(handle, data) }, () =>
        // writeFile on an open handle appends at its position and, unlike write, never writes short.
        handle.writeFile(data),
      ),
    sync: () => faultPoint({ operation: 'sync', path: file }, () => handle.sync()),
    close: () => handle.close(),
  }
}

const writeHalf = (handle: FileHandle, data: string | Uint8Array): Promise<void> => {
  const bytes = Buffer.from(data)
  return handle.writeFile(bytes.subarray(0, bytes.length >> 1))
}

export const renameFile = (from: string, to: string): Promise<void> =>
  faultPoint({ operation: 'rename', path: from, to }, () => rename(from, to))

/** Of a file or a folder that may be gone already. */
export const remove = (file: string): Promise<void> =>
  faultPoint({ operation: 'remove', path: file }, () => rm(file, { recursive: true, force: true }))

export function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder; its rename is journalled by NTFS.
  if (process.platform === 'win32') return Promise.resolve()
  return faultPoint({ operation: 'sync-folder', path: folder }, async () => {
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  })
}

/** A new folder is itself an entry that a power cut may take: every folder above that got one is synced. */
export async function makeFolder(folder: string): Promise<void> {
  const made = await faultPoint({ operation: 'make-folder', path: folder }, () =>
    mkdir(folder, { recursive: true }),
  )
  if (made === undefined) return
  const top = path.dirname(path.resolve(made))
  for (let above = path.dirname(path.resolve(folder)); ; above = path.dirname(above)) {
    await syncFolder(above)
    if (above.length <= top.length) return
  }
}
