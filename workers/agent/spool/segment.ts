// A file of consecutive entries, one JSON line each, named for the first number that it may hold. It is appended to
// by the process that made it and by no other: a torn end is never written behind, so that nothing is lost with it.
//
// Writes are synchronous. An append of 500 bytes to the page cache takes 1.4 microseconds here (p99 6), handing it to
// a thread 20 to 40, and the answer that waits for it would wait for the next image's inference as well. What costs
// milliseconds is fsync, and that is asynchronous.

import { closeSync, existsSync, fsync, mkdirSync, openSync, writeSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { remove } from '#platform/durable-files.ts'
import { faultPoint } from '#platform/fault-point.ts'
import { parseLine, type SpoolEntry } from './spool-entry.ts'

const fsyncOf = promisify(fsync)
const SUFFIX = '.jsonl'
/** Names sort as their numbers do; a device that answers 1,000 images a second needs 30 years for so many digits. */
const DIGITS = 12
/** As many entries as one upload may hold. */
export const SEGMENT_MAX = 1_000

export class Segment {
  readonly file: string
  readonly first: number
  /** Of its entries; `first - 1` while it has none. */
  last: number
  #fd: number | undefined
  /** One of an earlier run may hold what that run had not synced yet. */
  #isSynced = false

  private constructor(file: string, first: number, last: number) {
    this.file = file
    this.first = first
    this.last = last
  }

  /** Empties a file of that name: it holds no whole line, or its number would have been passed. */
  static create(folder: string, first: number): Segment {
    const file = path.join(folder, `${String(first).padStart(DIGITS, '0')}${SUFFIX}`)
    const segment = new Segment(file, first, first - 1)
    // The folder comes with the first entry: a device that answers nothing needs none.
    if (!existsSync(folder)) mkdirSync(folder, { recursive: true })
    segment.#fd = openSync(file, 'w')
    return segment
  }

  /** The one file in which a build before segments kept all that waited; undefined where there is none. */
  static ofOlderBuild(file: string): Segment | undefined {
    return existsSync(file) ? new Segment(file, 0, -1) : undefined
  }

  /** One of an earlier run, by its name; undefined for any other file. */
  static found(folder: string, name: string): Segment | undefined {
    const first = Number(new RegExp(`^(\\d{${DIGITS}})${SUFFIX}$`).exec(name)?.[1])
    return Number.isNaN(first) ? undefined : new Segment(path.join(folder, name), first, first - 1)
  }

  get isEmpty(): boolean {
    return this.last < this.first
  }

  /** Throws where the disk does not take all of it; then the file ends with half a line and is done with. */
  write(lines: string, last: number): void {
    if (this.#fd === undefined) throw new RangeError('a segment that was closed is not written to')
    const bytes = Buffer.from(lines)
    const written = writeSync(this.#fd, bytes)
    if (written < bytes.length) throw Object.assign(new Error('short write'), { code: 'ENOSPC' })
    this.last = last
    this.#isSynced = false
  }

  get isSynced(): boolean {
    return this.#isSynced
  }

  async sync(): Promise<void> {
    if (this.#isSynced) return
    // Before: what is written while it syncs needs another.
    this.#isSynced = true
    try {
      const fd = this.#fd
      await faultPoint({ operation: 'sync', path: this.file }, () =>
        fd === undefined ? syncFile(this.file) : fsyncOf(fd),
      )
    } catch (error) {
      this.#isSynced = false
      throw error
    }
  }

  /** Not while it is being synced. */
  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
  }

  /** Whole entries, in order; none where the disk has lost them. `lines` counts what may have been one. */
  async read(): Promise<{ entries: SpoolEntry[]; lines: number }> {
    let text: string
    try {
      text = await readFile(this.file, 'utf8')
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException
      if (!['ENOENT', 'EIO', 'EISDIR', 'EACCES'].includes(code)) throw error
      return { entries: [], lines: code === 'ENOENT' ? 0 : SEGMENT_MAX }
    }
    const lines = text.split('\n')
    const entries = lines.map(parseLine).filter((entry) => entry !== undefined)
    return { entries, lines: lines.length - 1 }
  }

  async remove(): Promise<void> {
    this.close()
    await remove(this.file)
  }
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+').catch((error: NodeJS.ErrnoException) => {
    // What cannot be read has nothing that could be handed in.
    if (['ENOENT', 'EIO', 'EISDIR', 'EACCES'].includes(error.code ?? '')) return undefined
    throw error
  })
  try {
    await handle?.sync()
  } finally {
    await handle?.close()
  }
}
