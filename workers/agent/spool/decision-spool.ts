// Decisions and audits on their way to the control plane: numbered, written at once, uploaded in order, forgotten when
// acknowledged. Kept as a folder of segments, so that nothing is ever rewritten: an upload takes whole segments, and
// an acknowledgement removes them. Bounded: beyond the cap the oldest segment is dropped and counted.
//
// What is guaranteed. add() returns after the entry is with the operating system, and the front door sends its answer
// after that: a decision whose answer a client has seen outlives kill -9. One fsync a second is for power cuts, which
// may take the last second. A number is handed in only once it is synced, so no power cut makes a device give it
// twice. A disk that fails takes no answer with it: entries then wait in memory, bounded, until it works again.

import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { DecisionRecord } from '#contract/decision.ts'
import type { DecisionBatch } from '#contract/device-api.ts'
import type { AuditRecord } from '#contract/observe/audit.ts'
import { syncFolder } from '#platform/durable-files.ts'
import { SEGMENT_MAX, Segment } from './segment.ts'
import { checkEntry, isAudit, type SpoolEntry } from './spool-entry.ts'

/** About 50 MB of disk: more than a day of an image a second. */
const ENTRIES_MAX = 100_000
/** While the disk takes nothing. */
const UNWRITTEN_MAX = 1_000

interface Unwritten {
  readonly line: string
  readonly sequence: number
}

export class DecisionSpool {
  readonly #home: string
  readonly #folder: string
  /** Oldest first; the last one is written to where `#isOpen`. */
  #segments: Segment[] = []
  #isOpen = false
  #next = 1
  #acknowledged = 0
  #unwritten: Unwritten[] = []
  /** A segment was made whose name a power cut may still take. */
  #isNameUnsynced = false
  #lastTurn: Promise<unknown> = Promise.resolve()
  /** Since the start: the oldest beyond the cap, and what no control plane would take. */
  dropped = 0

  private constructor(home: string) {
    this.#home = home
    this.#folder = path.join(home, 'decisions')
  }

  static async open(home: string): Promise<DecisionSpool> {
    const spool = new DecisionSpool(home)
    await spool.#load()
    return spool
  }

  /** Only the newest segment and an older build's file are read: the names of the others tell where they end. */
  async #load(): Promise<void> {
    const names = (await readdir(this.#folder).catch(nothing)).sort()
    const found = names.map((name) => Segment.found(this.#folder, name)).filter((s) => s !== undefined)
    const old = Segment.ofOlderBuild(path.join(this.#home, 'decisions.jsonl'))
    const all = old ? [old, ...found] : found
    for (const [i, segment] of all.entries()) {
      const follower = all[i + 1]
      if (follower && segment !== old) segment.last = follower.first - 1
      else segment.last = Math.max(segment.last, await lastOf(segment))
      this.#next = Math.max(this.#next, segment.first, segment.last + 1)
    }
    // The next one may get the name of an empty one.
    this.#segments = all.filter((segment) => !segment.isEmpty)
    this.#acknowledged = Math.max(0, (this.#segments[0]?.first ?? this.#next) - 1)
  }

  /** Entries that are not acknowledged; numbers that were dropped in between count as well. */
  get waiting(): number {
    return this.#next - 1 - Math.max(this.#acknowledged, (this.#segments[0]?.first ?? this.#next) - 1)
  }

  /** Its number; undefined for one that the control plane would refuse: it would hold up all behind it for ever. */
  add(record: Omit<DecisionRecord, 'sequence'> | Omit<AuditRecord, 'sequence'>): number | undefined {
    const entry = checkEntry({ ...record, sequence: this.#next })
    if (!entry) {
      this.dropped++
      return undefined
    }
    this.#next++
    this.#unwritten.push({ line: `${JSON.stringify(entry)}\n`, sequence: entry.sequence })
    // A disk that has failed is tried again by sync(), not by every answer.
    if (this.#unwritten.length === 1) this.#tryToWrite()
    else if (this.#unwritten.length > UNWRITTEN_MAX) this.#dropUnwritten()
    this.#dropOldest()
    return entry.sequence
  }

  /** Whatever the system refuses, a full disk or one open file too many: the entries wait, and sync() says why. */
  #tryToWrite(): void {
    try {
      this.#write()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error
    }
  }

  #write(): void {
    const [first] = this.#unwritten
    const last = this.#unwritten.at(-1)
    if (!first || !last) return
    const current = this.#current()
    if (!current || current.last - current.first + 1 >= SEGMENT_MAX) {
      this.#isOpen = false
      this.#segments.push(Segment.create(this.#folder, first.sequence))
      this.#isOpen = true
      this.#isNameUnsynced = true
    }
    try {
      this.#current()!.write(this.#unwritten.map(({ line }) => line).join(''), last.sequence)
      this.#unwritten = []
    } catch (error) {
      // It may end with half a line: what comes goes into another one. Of the same name where it is empty yet.
      this.#isOpen = false
      if (this.#segments.at(-1)?.isEmpty) this.#segments.pop()!.close()
      throw error
    }
  }

  #current(): Segment | undefined {
    return this.#isOpen ? this.#segments.at(-1) : undefined
  }

  #dropUnwritten(): void {
    this.#unwritten.shift()
    this.dropped++
  }

  #dropOldest(): void {
    while (this.waiting > ENTRIES_MAX && this.#segments.length > 1) {
      const oldest = this.#segments.shift()!
      this.dropped += oldest.last - Math.max(this.#acknowledged, oldest.first - 1)
      void this.#inTurn(() => oldest.remove()).catch(() => undefined)
    }
  }

  /** What was added is safe from power cuts. */
  sync(): Promise<void> {
    return this.#inTurn(async () => {
      this.#write()
      await this.#syncSegments()
    })
  }

  async #syncSegments(): Promise<void> {
    for (const segment of [...this.#segments]) {
      await segment.sync()
      if (segment !== this.#current() && segment.isSynced) segment.close()
    }
    if (!this.#isNameUnsynced) return
    this.#isNameUnsynced = false
    try {
      await syncFolder(this.#folder)
      await syncFolder(this.#home)
    } catch (error) {
      this.#isNameUnsynced = true
      throw error
    }
  }

  /** The oldest that wait, at most one upload's worth, only what is safe on disk; undefined where nothing waits. */
  batch(): Promise<DecisionBatch | undefined> {
    return this.#inTurn(async () => {
      this.#tryToWrite()
      // What is added from here on goes into a segment of its own.
      if (this.#current()?.isEmpty === false) this.#isOpen = false
      const ended = this.#segments.filter((segment) => segment !== this.#current())
      await this.#syncSegments()
      const entries: SpoolEntry[] = []
      for (const segment of ended) {
        const more = (await segment.read()).entries.filter((e) => e.sequence > this.#acknowledged)
        if (entries.length > 0 && entries.length + more.length > SEGMENT_MAX) break
        entries.push(...more)
      }
      return batchOf(entries.slice(0, SEGMENT_MAX))
    })
  }

  /** Forgets everything up to the sequence; no number of those is given out again. */
  acknowledge(upTo: number): Promise<void> {
    return this.#inTurn(async () => {
      this.#acknowledged = Math.max(this.#acknowledged, upTo)
      const spent = this.#segments.filter((s) => s !== this.#current() && s.last <= upTo)
      const isAhead = upTo >= this.#next
      this.#next = Math.max(this.#next, upTo + 1)
      // The name of a segment that stays tells where to go on counting, whatever happens after the others are gone.
      if (isAhead || (spent.length > 0 && spent.length === this.#segments.length)) await this.#markPlace()
      this.#segments = this.#segments.filter((s) => !spent.includes(s))
      for (const segment of spent) await segment.remove()
    })
  }

  async #markPlace(): Promise<void> {
    this.#segments.push(Segment.create(this.#folder, this.#next))
    this.#isOpen = true
    await syncFolder(this.#folder)
  }

  /** One after the other: a segment is not read while it is ended, nor removed while it is synced. */
  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const turn = this.#lastTurn.then(step)
    this.#lastTurn = turn.catch(() => undefined)
    return turn
  }
}

const UNREADABLE = new Set(['ENOENT', 'ENOTDIR', 'EIO', 'EACCES', 'EPERM'])

/** A disk that cannot be read has nothing to hand in; the device counts on from what the control plane has. */
function nothing(error: NodeJS.ErrnoException): string[] {
  if (UNREADABLE.has(error.code ?? '')) return []
  throw error
}

/** Lines that cannot be read may have been numbered, and handed in. */
async function lastOf(segment: Segment): Promise<number> {
  const { entries, lines } = await segment.read()
  const counted = Math.max(segment.first - 1 + lines, ...entries.map((entry) => entry.sequence))
  return segment.first > 0 ? counted : Math.max(counted, await acknowledgedIn(segment.file))
}

/** The file of an older build may hold nothing but how far it was. */
async function acknowledgedIn(file: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return Math.max(0, ...[...text.matchAll(/^\{"acknowledged":(\d+)\}$/gm)].map(([, n]) => Number(n)))
}

function batchOf(entries: readonly SpoolEntry[]): DecisionBatch | undefined {
  const audits = entries.filter(isAudit)
  const decisions = entries.filter((entry): entry is DecisionRecord => !isAudit(entry))
  if (entries.length === 0) return undefined
  return audits.length === 0 ? { decisions } : { decisions, audits }
}
