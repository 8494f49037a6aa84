// An artifact on its way: the bytes that have come so far, in a file named by the digest that the whole will have,
// so that a broken download goes on where it was, also after a restart. What was kept is hashed again when it is
// opened; nothing in it is believed until the whole has the right digest.
//
// Bytes are synced once, at the end. After a power cut the kept part may therefore hold anything: then the whole
// has another digest, is thrown away, and the download begins anew.

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import path from 'node:path'
import type { ArtifactRef } from '#contract/digest.ts'
import { ArtifactRefused } from './artifact-refused.ts'
import { makeFolder, type OpenFile, openFile, remove } from './durable-files.ts'

export class PartialArtifact {
  readonly ref: ArtifactRef
  readonly file: string
  #hash = createHash('sha256')
  #handle: OpenFile | undefined
  /** How many bytes there are: where the download goes on. */
  sizeBytes = 0

  private constructor(file: string, ref: ArtifactRef) {
    this.file = file
    this.ref = ref
  }

  static async open(file: string, ref: ArtifactRef): Promise<PartialArtifact> {
    const partial = new PartialArtifact(file, ref)
    await partial.#rehash()
    // More than the whole can only be a mistake.
    if (partial.sizeBytes > ref.sizeBytes) await partial.restart()
    return partial
  }

  async #rehash(): Promise<void> {
    try {
      for await (const chunk of createReadStream(this.file)) {
        this.#hash.update(chunk as Buffer)
        this.sizeBytes += (chunk as Buffer).length
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT') return
      // A bad block in what was kept: it is thrown away.
      if (code !== 'EIO') throw error
      await this.restart()
    }
  }

  /** Refuses the byte that is one too many before it is written. */
  async append(chunk: Uint8Array): Promise<void> {
    if (this.sizeBytes + chunk.length > this.ref.sizeBytes)
      throw new ArtifactRefused(
        'too-large',
        `Cannot store artifact "${this.ref.digest}": is over ${this.ref.sizeBytes} bytes`,
      )
    if (!this.#handle) {
      await makeFolder(path.dirname(this.file))
      this.#handle = await openFile(this.file, 'a')
    }
    const handle = this.#handle
    try {
      await handle.write(chunk)
    } catch (error) {
      // Part of the chunk may be in the file: what is there is counted again by whoever opens it next.
      await this.close()
      throw error
    }
    this.#hash.update(chunk)
    this.sizeBytes += chunk.length
  }

  /** Throws everything away; the download begins at zero. */
  async restart(): Promise<void> {
    await this.close()
    await remove(this.file)
    this.#hash = createHash('sha256')
    this.sizeBytes = 0
  }

  /** Throws where the bytes are not those that the digest names. */
  verify(): void {
    const digest = `sha256:${this.#hash.copy().digest('hex')}`
    if (digest !== this.ref.digest)
      throw new ArtifactRefused(
        'digest-mismatch',
        `Cannot store artifact "${this.ref.digest}": bytes are ${digest}`,
      )
  }

  /** Everything that was appended is safe on disk, under the name of the partial file. */
  async sync(): Promise<void> {
    if (!this.#handle) {
      await makeFolder(path.dirname(this.file))
      this.#handle = await openFile(this.file, 'a')
    }
    await this.#handle.sync()
  }

  async close(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close()
  }
}
