// A folder of a test's own, gone when the test is. Short, since some hold unix sockets.

import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

export interface TempFolder extends AsyncDisposable {
  readonly path: string
}

export async function tempFolder(name: string): Promise<TempFolder> {
  const folder = await mkdtemp(path.join(os.tmpdir(), `tandem-${name}-`))
  return {
    path: folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  }
}
