// Hard images on their way to a person: content-addressed files, each with what is known of it beside it. Bounded by
// the deployment's quota and by the device's disk budget; over either the oldest go first, handed in or not. One that
// was handed in stays until then, so that the same image is not kept and sent again every time that it is seen.
//
// Handed in is at most the quota in a day: else a camera that never rests would send all of its hard images. Here the
// day begins with the first image and again with every start of the device, so that a line is not used in vain; the
// control plane counts for itself, over any 24 hours, and has the last word.

import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { CaptureRecord } from '#contract/observe/capture.ts'
import { ArtifactStore, digestOf } from '#platform/artifact-store.ts'
import { remove } from '#platform/durable-files.ts'
import { writeDurably } from '#platform/durable-write.ts'

const Kept = z.object({ record: CaptureRecord, isHandedIn: z.boolean() })
type Kept = z.infer<typeof Kept>

export type CaptureAbout = Omit<CaptureRecord, 'digest' | 'sizeBytes'>

export interface CapturePorts {
  readonly home: string
  /** What captures may take on disk now, beside those that there are; less than 0 where some should go. */
  readonly roomBytes: () => Promise<number>
  /** On any clock that only goes on. */
  readonly nowMs?: () => number
}

const DAY_MS = 86_400_000
/** Room comes as what was handed in a day ago ages; an image is in no hurry. */
const REFUSED_FOR_MS = 3_600_000

export class Captures {
  readonly store: ArtifactStore
  readonly #ports: CapturePorts
  readonly #rows: string
  /** In the order in which they came. */
  readonly #kept = new Map<string, Kept>()
  /** Of the last deployment that asked for captures; after a restart what was kept under it may go at once. */
  #quotaBytes = Number.POSITIVE_INFINITY
  #day = { beganMs: Number.NEGATIVE_INFINITY, handedInBytes: 0 }
  /** Before then the control plane wants none. */
  #refusedUntilMs = Number.NEGATIVE_INFINITY

  private constructor(ports: CapturePorts) {
    const folder = path.join(ports.home, 'captures')
    this.#ports = ports
    this.#rows = path.join(folder, 'rows')
    this.store = new ArtifactStore(folder)
  }

  static async open(ports: CapturePorts): Promise<Captures> {
    const captures = new Captures(ports)
    await captures.store.sweep()
    await captures.#load()
    return captures
  }

  async #load(): Promise<void> {
    const kept: Kept[] = []
    for (const name of await readdir(this.#rows).catch(() => [])) {
      const row = await readRow(path.join(this.#rows, name))
      if (row && (await this.store.has(row.record).catch(() => false))) kept.push(row)
      else await remove(path.join(this.#rows, name)).catch(() => undefined)
    }
    kept.sort((a, b) => a.record.at.localeCompare(b.record.at))
    for (const row of kept) this.#kept.set(row.record.digest, row)
    try {
      // A crash between the two writes leaves an image of which nothing is known.
      for await (const digest of this.store.digests())
        if (!this.#kept.has(digest)) await this.store.remove(digest)
    } catch (error) {
      // A card that has turned read-only can still be served from: litter stays where it is.
      if ((error as NodeJS.ErrnoException).code === undefined) throw error
    }
  }

  get sizeBytes(): number {
    return [...this.#kept.values()].reduce((sum, { record }) => sum + record.sizeBytes, 0)
  }

  /** Not where it is kept already, or where there is no room for it; one call at a time. */
  async keep(bytes: Uint8Array, about: CaptureAbout, quotaBytes: number): Promise<void> {
    this.#quotaBytes = quotaBytes
    const digest = digestOf(bytes)
    const record = CaptureRecord.safeParse({ ...about, digest, sizeBytes: bytes.length })
    if (!record.success || this.#kept.has(digest) || bytes.length > quotaBytes) return
    await this.evict(this.sizeBytes + bytes.length - quotaBytes)
    const lackBytes = bytes.length - (await this.#ports.roomBytes())
    if (lackBytes > this.sizeBytes) return
    await this.evict(lackBytes)
    await this.store.putBytes(bytes)
    await this.#write({ record: record.data, isHandedIn: false })
  }

  /** At least so many bytes, the oldest first, or all; nothing where `bytes` is 0 or less. */
  async evict(bytes: number): Promise<void> {
    let left = bytes
    for (const { record } of [...this.#kept.values()]) {
      if (left <= 0) return
      await this.drop(record.digest)
      left -= record.sizeBytes
    }
  }

  /** The oldest that the control plane does not have yet, as many as the day has room for. */
  waiting(countMax: number): CaptureRecord[] {
    const nowMs = this.#nowMs()
    if (nowMs < this.#refusedUntilMs) return []
    if (nowMs - this.#day.beganMs >= DAY_MS) this.#day = { beganMs: nowMs, handedInBytes: 0 }
    let leftBytes = this.#quotaBytes - this.#day.handedInBytes
    const all = [...this.#kept.values()].filter(({ isHandedIn }) => !isHandedIn)
    const records: CaptureRecord[] = []
    for (const { record } of all.slice(0, countMax)) {
      leftBytes -= record.sizeBytes
      if (leftBytes < 0) break
      records.push(record)
    }
    return records
  }

  /** The control plane has no room for more today: what waits is kept, and offered again later. */
  holdBack(): void {
    this.#refusedUntilMs = this.#nowMs() + REFUSED_FOR_MS
  }

  #nowMs(): number {
    return (this.#ports.nowMs ?? (() => performance.now()))()
  }

  async handedIn(digest: string): Promise<void> {
    const kept = this.#kept.get(digest)
    if (!kept) return
    this.#day.handedInBytes += kept.record.sizeBytes
    await this.#write({ ...kept, isHandedIn: true })
  }

  async drop(digest: string): Promise<void> {
    this.#kept.delete(digest)
    await this.store.remove(digest)
    await remove(this.#rowFile(digest))
  }

  async #write(row: Kept): Promise<void> {
    await writeDurably(this.#rowFile(row.record.digest), JSON.stringify(row))
    this.#kept.set(row.record.digest, row)
  }

  #rowFile(digest: string): string {
    return path.join(this.#rows, `${digest.slice('sha256:'.length)}.json`)
  }
}

/** Undefined for one that a bad disk has changed. */
async function readRow(file: string): Promise<Kept | undefined> {
  try {
    return Kept.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    // Whatever it was: its image has no decision any more and is of no use.
    return undefined
  }
}
