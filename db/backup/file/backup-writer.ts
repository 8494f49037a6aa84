// A backup file as it grows: entries of a tar through gzip into a file beside the one that is wanted, which gets its
// name only when it is whole and on the disk. Readable by its owner alone: it holds what signs people in.

import { createWriteStream, type WriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { finished } from 'node:stream/promises'
import { createGzip, type Gzip } from 'node:zlib'
import { syncFolder } from '#platform/durable-files.ts'
import { paddingOf, TAR_END, type TarEntry, tarHeader } from './tar-entry.ts'

/** Rows shrink to a fifth; the next levels take twice the time for a few percent. */
const GZIP_LEVEL = 1

export class BackupWriter implements AsyncDisposable {
  readonly #file: string
  readonly #draft: string
  readonly #gzip: Gzip
  readonly #out: WriteStream
  readonly #modifiedS: number
  #failure: Error | undefined

  constructor(file: string, modified: Date) {
    this.#file = file
    this.#draft = `${file}.part`
    this.#modifiedS = Math.floor(modified.getTime() / 1_000)
    this.#out = createWriteStream(this.#draft, { mode: 0o600 })
    this.#gzip = createGzip({ level: GZIP_LEVEL })
    const fail = (error: Error) => {
      this.#failure ??= error
      this.#gzip.destroy(error)
    }
    this.#gzip.on('error', fail)
    this.#out.on('error', fail)
    this.#gzip.pipe(this.#out)
  }

  async add(name: string, bytes: Buffer): Promise<void> {
    await this.addStream({ name, sizeBytes: bytes.length }, [bytes])
  }

  /** Rejects where the stream has another length than it was announced with: the file is lost then. */
  async addStream(entry: TarEntry, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    await this.#write(tarHeader(entry, this.#modifiedS))
    let written = 0
    for await (const chunk of chunks) {
      written += chunk.length
      await this.#write(chunk)
    }
    if (written !== entry.sizeBytes)
      throw new RangeError(`Cannot write "${entry.name}": has ${written} bytes, expected ${entry.sizeBytes}`)
    await this.#write(Buffer.alloc(paddingOf(entry.sizeBytes)))
  }

  /** Gives the file its name; answers its size. */
  async finish(): Promise<number> {
    await this.#write(TAR_END)
    this.#gzip.end()
    await finished(this.#out)
    const handle = await open(this.#draft, 'r+')
    const { size } = await handle.stat()
    await handle.sync().finally(() => handle.close())
    await rename(this.#draft, this.#file)
    await syncFolder(path.dirname(this.#file))
    return size
  }

  /** Behind finish() nothing is left to do. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#gzip.destroy()
    this.#out.destroy()
    await finished(this.#out).catch(() => undefined)
    await rm(this.#draft, { force: true })
  }

  #write(chunk: Uint8Array): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) =>
      this.#gzip.write(chunk, (error) => (error ? reject(this.#failure ?? error) : resolve())),
    )
  }
}
