// Parts of uploads in a folder: uploads/<id>/<number>. The whole is written once more from them when the last one is
// here, and hashed on that way: parts may have been written by several processes, of which none has seen all bytes.

import { createReadStream } from 'node:fs'
import path from 'node:path'
import type { ArtifactRef } from '#contract/digest.ts'
import { ArtifactRefused } from '../artifact-refused.ts'
import { makeFolder, openFile, remove, syncFolder } from '../durable-files.ts'
import type { Chunks, Expectation, StagedUpload, UploadPart, UploadParts } from './artifacts.ts'

/** What is needed of the store itself. */
export interface WholeStore {
  has(ref: ArtifactRef): Promise<boolean>
  put(chunks: Chunks, expected: Expectation): Promise<ArtifactRef>
}

export class FolderParts implements UploadParts {
  readonly place = 'folder'
  readonly partMinBytes = 1
  readonly #folder: string
  readonly #store: WholeStore

  constructor(folder: string, store: WholeStore) {
    this.#folder = folder
    this.#store = store
  }

  #path(id: string): string {
    // Ids are made by us; one that is none must not become a path all the same.
    if (!/^[\w-]+$/.test(id)) throw new RangeError(`Cannot name upload "${id}": expected letters and digits`)
    return path.join(this.#folder, id)
  }

  async begin(id: string): Promise<string> {
    await makeFolder(this.#path(id))
    return id
  }

  async write({ id }: StagedUpload, number: number, bytes: Uint8Array): Promise<string> {
    const folder = this.#path(id)
    const file = await openFile(path.join(folder, String(number)), 'wx')
    try {
      await file.write(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await syncFolder(folder)
    return ''
  }

  async assemble(upload: StagedUpload, parts: readonly UploadPart[], ref: ArtifactRef): Promise<void> {
    if (!(await this.#store.has(ref)))
      await this.#store.put(this.#bytes(upload.id, parts, ref), { ...ref, sizeMaxBytes: ref.sizeBytes })
    await this.discard(upload)
  }

  async *#bytes(id: string, parts: readonly UploadPart[], ref: ArtifactRef): AsyncGenerator<Uint8Array> {
    try {
      for (const { number } of parts) yield* createReadStream(path.join(this.#path(id), String(number)))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      throw new ArtifactRefused('missing', `Cannot store artifact "${ref.digest}": a part of it has gone`)
    }
  }

  discard({ id }: StagedUpload): Promise<void> {
    return remove(this.#path(id))
  }
}
