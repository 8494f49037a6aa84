// Decisions on their way to the control plane: numbered, appended to a file in groups with one fsync a second,
// uploaded in order, forgotten when acknowledged. Bounded: beyond the cap the oldest are dropped and counted.
// What a crash can lose is the last second, which nobody was told of.

import { mkdir, open, readFile } from 'node:fs/promises'
import path from 'node:path'
import { DecisionRecord } from '#contract/decision.ts'
import { writeDurably } from '#platform/durable-write.ts'

const RECORDS_MAX = 20_000
const UPLOAD_MAX = 500

export class DecisionSpool {
  readonly #file: string
  #records: DecisionRecord[]
  #unsynced: DecisionRecord[] = []
  #next: number
  dropped = 0

  private constructor(file: string, records: DecisionRecord[], next: number) {
    this.#file = file
    this.#records = records
    this.#next = next
  }

  static async open(home: string): Promise<DecisionSpool> {
    const file = path.join(home, 'decisions.jsonl')
    await mkdir(home, { recursive: true })
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return ''
      throw error
    })
    const records: DecisionRecord[] = []
    let next = 1
    for (const line of text.split('\n')) {
      const entry = parseLine(line)
      if (!entry) continue
      if ('acknowledged' in entry) next = Math.max(next, entry.acknowledged + 1)
      else {
        records.push(entry)
        next = Math.max(next, entry.sequence + 1)
      }
    }
    return new DecisionSpool(file, records, next)
  }

  add(record: Omit<DecisionRecord, 'sequence'>): void {
    const numbered = { ...record, sequence: this.#next++ }
    this.#unsynced.push(numbered)
    this.#records.push(numbered)
    if (this.#records.length > RECORDS_MAX) {
      this.#records.shift()
      this.dropped++
    }
  }

  async sync(): Promise<void> {
    if (this.#unsynced.length === 0) return
    const lines = this.#unsynced.splice(0).map((record) => `${JSON.stringify(record)}\n`)
    const handle = await open(this.#file, 'a')
    try {
      await handle.writeFile(lines.join(''))
      await handle.sync()
    } finally {
      await handle.close()
    }
  }

  /** The oldest records that wait, at most one upload's worth; only those that are safe on disk. */
  async batch(): Promise<DecisionRecord[]> {
    await this.sync()
    return this.#records.slice(0, UPLOAD_MAX)
  }

  /** Forgets everything up to the sequence; the file keeps the number, so that none is given out twice. */
  async acknowledge(upTo: number): Promise<void> {
    this.#records = this.#records.filter((record) => record.sequence > upTo)
    this.#next = Math.max(this.#next, upTo + 1)
    this.#unsynced = []
    const lines = [{ acknowledged: upTo }, ...this.#records]
    await writeDurably(this.#file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
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
