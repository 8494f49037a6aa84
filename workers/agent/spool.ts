// Decisions on their way to the control plane: numbered, appended to a file in groups with one fsync a second,
// uploaded in order, forgotten when acknowledged. Bounded: beyond the cap the oldest are dropped and counted.
// What a crash can lose is the last second, which nobody was told of.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { DecisionRecord } from '#contract/decision.ts'
import { openFile } from '#platform/durable-files.ts'
import { writeDurably } from '#platform/durable-write.ts'

const RECORDS_MAX = 20_000
/** Dropped records stay in the file until it has this many lines; then it is written anew. */
const FILE_LINES_MAX = 2 * RECORDS_MAX
const UPLOAD_MAX = 500

export class DecisionSpool {
  readonly #file: string
  #records: DecisionRecord[] = []
  #unsynced: DecisionRecord[] = []
  #next = 1
  /** The last sequence that is safe on disk. */
  #synced = 0
  #lines = 0
  /** There is no file yet, or it does not end with a whole line: what is appended could be lost with it. */
  #isTorn = false
  #lastWrite: Promise<void> = Promise.resolve()
  dropped = 0

  private constructor(file: string) {
    this.#file = file
  }

  static async open(home: string): Promise<DecisionSpool> {
    const spool = new DecisionSpool(path.join(home, 'decisions.jsonl'))
    await spool.#load()
    return spool
  }

  async #load(): Promise<void> {
    const text = await readFile(this.#file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      // What the disk cannot read is lost; the device must come up all the same, and counts on from what the
      // control plane has.
      if (!['ENOENT', 'EIO', 'EISDIR', 'EACCES'].includes(error.code ?? '')) throw error
      return undefined
    })
    if (text === undefined) {
      this.#isTorn = true
      return
    }
    for (const line of text.split('\n')) {
      if (line === '') continue
      this.#lines++
      const entry = parseLine(line)
      if (!entry) continue
      if ('acknowledged' in entry) this.#next = Math.max(this.#next, entry.acknowledged + 1)
      else {
        this.#keep(entry)
        this.#next = Math.max(this.#next, entry.sequence + 1)
      }
    }
    this.#synced = this.#next - 1
    this.#isTorn = text !== '' && !text.endsWith('\n')
  }

  #keep(record: DecisionRecord): void {
    this.#records.push(record)
    if (this.#records.length <= RECORDS_MAX) return
    this.#records.shift()
    this.dropped++
  }

  /** A record that the control plane would refuse is dropped: it would hold up all behind it for ever. */
  add(record: Omit<DecisionRecord, 'sequence'>): void {
    const numbered = DecisionRecord.safeParse({ ...record, sequence: this.#next })
    if (!numbered.success) {
      this.dropped++
      return
    }
    this.#next++
    this.#unsynced.push(numbered.data)
    this.#keep(numbered.data)
  }

  sync(): Promise<void> {
    return this.#inTurn(() => this.#append())
  }

  /** The oldest records that wait, at most one upload's worth; only those that are safe on disk. */
  async batch(): Promise<DecisionRecord[]> {
    await this.sync()
    return this.#records.filter((record) => record.sequence <= this.#synced).slice(0, UPLOAD_MAX)
  }

  /** Forgets everything up to the sequence; the file keeps the number, so that none is given out twice. */
  acknowledge(upTo: number): Promise<void> {
    return this.#inTurn(() => {
      this.#records = this.#records.filter((record) => record.sequence > upTo)
      this.#next = Math.max(this.#next, upTo + 1)
      return this.#rewrite()
    })
  }

  /** One write after the other: an append beside a rewrite would go to the file that is being replaced. */
  #inTurn(write: () => Promise<void>): Promise<void> {
    const done = this.#lastWrite.then(write)
    this.#lastWrite = done.catch(() => undefined)
    return done
  }

  async #append(): Promise<void> {
    if (this.#isTorn || this.#lines + this.#unsynced.length > FILE_LINES_MAX) return this.#rewrite()
    const group = this.#unsynced.splice(0)
    const last = group.at(-1)
    if (!last) return
    this.#isTorn = true
    const handle = await openFile(this.#file, 'a')
    try {
      await handle.write(group.map((record) => `${JSON.stringify(record)}\n`).join(''))
      await handle.sync()
    } finally {
      await handle.close()
    }
    this.#lines += group.length
    this.#synced = last.sequence
    this.#isTorn = false
  }

  /** All that waits, behind the last number that does not wait any more. */
  async #rewrite(): Promise<void> {
    this.#isTorn = true
    this.#unsynced = []
    const last = this.#next - 1
    const spent = (this.#records[0]?.sequence ?? this.#next) - 1
    const lines = [{ acknowledged: spent }, ...this.#records]
    await writeDurably(this.#file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    this.#lines = lines.length
    this.#synced = last
    this.#isTorn = false
  }
}

/** A line that a power cut left half-written is no record. */
function parseLine(line: string): DecisionRecord | { acknowledged: number } | undefined {
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch {
    return undefined
  }
  if (
    typeof json === 'object' &&
    json !== null &&
    'acknowledged' in json &&
    typeof json.acknowledged === 'number'
  )
    return { acknowledged: json.acknowledged }
  const record = DecisionRecord.safeParse(json)
  return record.success ? record.data : undefined
}
