// Reads a whole backup and believes nothing: head and end are there and of this format, every table has the bytes that
// its end tells by SHA-256, every artifact those that its name tells, and nothing else is in it. A restore does this
// before it touches the database; an operator may do it any day, since a backup that was never read is a hope.

import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { artifactOfEntry } from './backup-artifacts.ts'
import { BackupRefused } from './backup-refused.ts'
import { BackupEnd, BackupHead, END_NAME, FORMAT, HEAD_NAME, type OnProgress } from './file/backup-format.ts'
import { notBackup, type ReadEntry, readEntries } from './file/backup-reader.ts'

export interface VerifiedBackup {
  readonly head: BackupHead
  readonly end: BackupEnd
  readonly rows: number
}

/** A head or an end is some kilobytes a table. */
const DOCUMENT_MAX_BYTES = 16_000_000

export async function verifyBackup(
  file: string,
  { onProgress }: { onProgress?: OnProgress | undefined } = {},
): Promise<VerifiedBackup> {
  const sums = new Sums(file)
  let head: BackupHead | undefined
  let end: BackupEnd | undefined
  for await (const entry of readEntries(file, { onRead: (done, all) => onProgress?.('check', done, all) })) {
    if (end) throw damaged(file, `"${entry.name}" stands behind its end`)
    if (!head) head = await readHead(file, entry)
    else if (entry.name === END_NAME) end = await documentOf(file, entry, BackupEnd)
    else await sums.add(entry)
  }
  if (!head || !end) throw damaged(file, 'it ends too early')
  sums.expect(head, end)
  return { head, end, rows: end.tables.reduce((sum, { rows }) => sum + rows, 0) }
}

const damaged = (file: string, what: string) =>
  new BackupRefused('damaged', `Cannot read backup "${file}": ${what}, expected it as it was written`)

async function readHead(file: string, entry: ReadEntry): Promise<BackupHead> {
  if (entry.name !== HEAD_NAME) throw notBackup(file)
  const json = await jsonOf(file, entry)
  const format = (json as { format?: unknown } | null)?.format
  if (typeof format === 'number' && format !== FORMAT)
    throw new BackupRefused(
      'other_format',
      `Cannot read backup "${file}": its format is ${format}, expected ${FORMAT}; use the build that wrote it or a newer one`,
    )
  const head = BackupHead.safeParse(json)
  if (!head.success) throw notBackup(file, head.error)
  return head.data
}

async function documentOf<T extends z.ZodType>(
  file: string,
  entry: ReadEntry,
  schema: T,
): Promise<z.infer<T>> {
  const parsed = schema.safeParse(await jsonOf(file, entry))
  if (!parsed.success) throw damaged(file, `"${entry.name}" is no such document`)
  return parsed.data
}

async function jsonOf(file: string, entry: ReadEntry): Promise<unknown> {
  if (entry.sizeBytes > DOCUMENT_MAX_BYTES) throw notBackup(file)
  const parts: Buffer[] = []
  for await (const chunk of entry.chunks) parts.push(chunk)
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'))
  } catch (cause) {
    throw notBackup(file, cause)
  }
}

/** `tables/public.models/000001`; undefined for another entry. */
export const tableOfEntry = (name: string): string | undefined => /^tables\/(.+)\/\d{6}$/.exec(name)?.[1]

class Sums {
  readonly #file: string
  readonly #tables = new Map<string, { hash: ReturnType<typeof createHash>; bytes: number }>()
  readonly #files = { artifacts: 0, captures: 0 }

  constructor(file: string) {
    this.#file = file
  }

  async add(entry: ReadEntry): Promise<void> {
    const table = tableOfEntry(entry.name)
    const artifact = artifactOfEntry(entry.name)
    if (table === undefined && !artifact) throw damaged(this.#file, `"${entry.name}" is in it`)
    const sum = (table === undefined ? undefined : this.#tables.get(table)) ?? {
      hash: createHash('sha256'),
      bytes: 0,
    }
    for await (const chunk of entry.chunks) {
      sum.hash.update(chunk)
      sum.bytes += chunk.length
    }
    if (table !== undefined) this.#tables.set(table, sum)
    if (!artifact) return
    this.#files[artifact.kind]++
    if (`sha256:${sum.hash.digest('hex')}` !== artifact.digest)
      throw damaged(this.#file, `the bytes of "${entry.name}" have changed`)
  }

  expect(head: BackupHead, end: BackupEnd): void {
    for (const { name, bytes, sha256 } of end.tables) {
      const sum = this.#tables.get(name) ?? { hash: createHash('sha256'), bytes: 0 }
      this.#tables.delete(name)
      if (sum.bytes !== bytes || sum.hash.digest('hex') !== sha256)
        throw damaged(this.#file, `the rows of "${name}" have changed`)
    }
    const told = end.tables.map(({ name }) => name)
    const announced = head.tables.map(({ name }) => name)
    if (this.#tables.size > 0 || told.join() !== announced.join())
      throw damaged(this.#file, 'it has other tables than it tells')
    if (this.#files.artifacts !== end.artifacts || this.#files.captures !== end.captures)
      throw damaged(this.#file, 'it has other files than it tells')
  }
}
