// A backup file from its beginning to its end, entry by entry, in bounded memory. Whatever is wrong with it (no file,
// no gzip, cut short anywhere, bytes that changed) is one refusal, and told apart from what this process does wrong.

import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { BackupRefused } from '../backup-refused.ts'
import { BLOCK_BYTES, paddingOf, readTarHeader, type TarEntry } from './tar-entry.ts'

export interface ReadEntry extends TarEntry {
  /** To be read to its end before the next entry is asked for. */
  readonly chunks: AsyncGenerator<Buffer>
}

export interface ReadOptions {
  /** Bytes of the file that were read, and all of them. */
  readonly onRead?: (done: number, total: number) => void
}

export async function* readEntries(file: string, { onRead }: ReadOptions = {}): AsyncGenerator<ReadEntry> {
  const bytes = new Bytes(file, plainBytes(file, await sizeOf(file), onRead))
  try {
    for (;;) {
      const entry = readTarHeader(await bytes.take(BLOCK_BYTES))
      if (entry === undefined) break
      if (entry === 'wrong') throw damaged(file, 'a header is none')
      yield { ...entry, chunks: bytes.pass(entry.sizeBytes) }
      await bytes.take(paddingOf(entry.sizeBytes))
    }
    // To the very end, where gzip has its checksum of everything.
    await bytes.drain()
  } finally {
    await bytes.close()
  }
}

const damaged = (file: string, what: string, cause?: unknown) =>
  new BackupRefused(
    'damaged',
    `Cannot read backup "${file}": ${what}, expected it as it was written`,
    cause === undefined ? undefined : { cause },
  )

export const notBackup = (file: string, cause?: unknown): BackupRefused =>
  new BackupRefused(
    'not_a_backup',
    `Cannot read backup "${file}": it is something else, expected a file that "tandem db backup" wrote`,
    cause === undefined ? undefined : { cause },
  )

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size
  } catch (cause) {
    throw new BackupRefused('unreadable', `Cannot read backup "${file}": it is not there, expected a file`, {
      cause,
    })
  }
}

async function* plainBytes(
  file: string,
  total: number,
  onRead: ReadOptions['onRead'],
): AsyncGenerator<Buffer> {
  const source = createReadStream(file, { highWaterMark: 1 << 18 })
  let done = 0
  source.on('data', (chunk) => {
    done += chunk.length
    onRead?.(done, total)
  })
  // Errors of either end the iteration below; the callback only keeps them from being unhandled.
  const plain = pipeline(source, createGunzip({ chunkSize: 1 << 18 }), () => {})
  let isFirst = true
  try {
    for await (const chunk of plain) {
      isFirst = false
      yield chunk as Buffer
    }
  } catch (cause) {
    throw asRefusal(file, cause as NodeJS.ErrnoException, isFirst)
  }
}

function asRefusal(file: string, cause: NodeJS.ErrnoException, isFirst: boolean): Error {
  const { code = '' } = cause
  if (code === 'Z_BUF_ERROR') return damaged(file, 'it ends too early', cause)
  if (isFirst && code === 'Z_DATA_ERROR') return notBackup(file, cause)
  if (code.startsWith('Z_')) return damaged(file, 'its bytes have changed', cause)
  if (!['EACCES', 'EISDIR', 'EIO'].includes(code)) return cause
  return new BackupRefused('unreadable', `Cannot read backup "${file}": ${code}, expected a file`, { cause })
}

/** A stream of chunks, taken in the lengths that are wanted. */
class Bytes {
  readonly #file: string
  readonly #source: AsyncGenerator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(file: string, source: AsyncGenerator<Buffer>) {
    this.#file = file
    this.#source = source
  }

  async take(length: number): Promise<Buffer> {
    const parts: Buffer[] = []
    for await (const chunk of this.pass(length)) parts.push(chunk)
    return Buffer.concat(parts)
  }

  async *pass(length: number): AsyncGenerator<Buffer> {
    for (let left = length; left > 0; ) {
      if (this.#rest.length === 0) this.#rest = await this.#next()
      const chunk = this.#rest.subarray(0, left)
      this.#rest = this.#rest.subarray(chunk.length)
      left -= chunk.length
      yield chunk
    }
  }

  async drain(): Promise<void> {
    for (let next = await this.#source.next(); !next.done; ) next = await this.#source.next()
  }

  async close(): Promise<void> {
    await this.#source.return(undefined)
  }

  async #next(): Promise<Buffer> {
    const { value, done } = await this.#source.next()
    if (done) throw damaged(this.#file, 'it ends too early')
    return value
  }
}
