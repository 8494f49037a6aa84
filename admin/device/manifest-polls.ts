// A device's question whether it should run something else, or has a job to do, long or short. Most answers are "no", and
// a fleet asks all day: remembered is under which stamp of its group a device was found to be trusted and to have the
// newest manifest. While that stamp holds, "no" is answered from memory, and PostgreSQL is not asked.
//
// Freshness: polls/seen-lately.ts says how old a stamp may be that is looked at here: a device that was revoked, or that
// should run something else, hears of it at its next poll; where another replica did it, half a second later at most. A
// stamp tells of everything that this product changes. What somebody changes by hand of a device's row (its key, its
// group) is heard of within ROW_MAX_MS.
//
// Nothing that is remembered is needed: a control plane that has just started, or a second one beside it, answers the same.

import type { DeviceRow } from '#db/queries/devices.ts'
import type { ManifestRow } from '#db/queries/manifests.ts'
import type { GroupStamp } from '#db/queries/polls/group-stamps.ts'
import { devicesWithJobs } from '#db/queries/polls/open-jobs.ts'
import type { Context } from '../context.ts'
import type { ManifestSigner } from '../manifest-signer.ts'
import { BoundedMap } from './bounded-map.ts'
import type { Verified } from './device-auth.ts'
import { GroupWatch } from './group-watch.ts'
import { inBatches } from './in-batches.ts'
import { inLanes } from './lanes.ts'
import { type PollRows, pollRows } from './polls/poll-rows.ts'
import { manifestFor } from './wanted.ts'

/**
 * A lane waits for rows that it shares with all the others, and for its signature: however many there are, each kind of
 * query is under way once. So many share a query, and as many manifests, 3 KB each, lie in memory.
 */
const LANES = 256
/** A sign command is a process each time; a key in this process takes 0.1 ms. */
const SIGNATURES_AT_ONCE = 8
/** Then it is computed again: a manifest that nears its end is to be signed anew. */
const SETTLED_MAX_MS = 10 * 60_000
/** Three long polls: reading rows anew once in a while costs nothing beside them. */
const ROW_MAX_MS = 60_000
/** About 500 bytes each. */
const SETTLED_MAX = 100_000

/** Agents give an answer up ten seconds after the end of their wait: "no" in time is better than news too late. */
const LATE_MAX_MS = 5_000

interface Look {
  readonly stamp: GroupStamp
  readonly row?: ManifestRow
}

/** What of a device its polls are answered by. */
export type Poller = Pick<DeviceRow, 'id' | 'groupName' | 'tier' | 'publicKey'>

interface Settled {
  readonly etag: string
  /** Trusted, under this stamp. */
  readonly device: Poller
  readonly rowUntilMs: number
  readonly stamp: GroupStamp
  readonly untilMs: number
}

export interface Question {
  /** The ETag of what it has. */
  readonly known: string | undefined
  /** Whether a job is an answer too. */
  readonly tellJobs: boolean
}

export interface ManifestPoll extends Question {
  readonly waitMs: number
  /** Whether the asker has hung up. */
  readonly isGone: () => boolean
}

export interface PollAnswer {
  /** The device's manifest; undefined where it has still the one that it knows. */
  readonly row?: ManifestRow
  /** Whether a job waits for it; false where it did not ask. */
  readonly hasJob: boolean
}

export const etagOf = (row: ManifestRow): string => `"${row.digest}"`

export class ManifestPolls {
  readonly #trusted: (deviceId: string) => Promise<DeviceRow>
  readonly #watch: GroupWatch
  readonly #rows: PollRows
  readonly #hasJob: (deviceId: string) => Promise<boolean | undefined>
  readonly #settled = new BoundedMap<string, Settled>(SETTLED_MAX)
  readonly #inLane = inLanes(LANES)
  readonly #signer: Pick<ManifestSigner, 'publicKeys' | 'sign'>

  /** `trusted` answers the device as it is now, and throws where it was revoked. */
  constructor(ctx: Context, trusted: (deviceId: string) => Promise<DeviceRow>) {
    this.#trusted = trusted
    this.#watch = new GroupWatch(ctx)
    this.#rows = pollRows(ctx.db)
    this.#signer = fewAtOnce(ctx)
    this.#hasJob = inBatches(devicesWithJobs(ctx.db))
  }

  /** Of one whose token was verified: nothing is new, and no job waits. False where the database has to be asked. */
  isUnchanged({ id, key }: Verified, { known, tellJobs }: Question): boolean {
    const settled = this.#settled.get(id)
    if (settled === undefined || settled.etag !== known || settled.device.publicKey.x !== key) return false
    const stamp = this.#watch.stampNow(settled.device.groupName)
    if (!stamp || !isTrusted(settled, stamp) || !isSettled(settled, known, stamp)) return false
    return !tellJobs || this.#watch.hasJobNow(id) === false
  }

  /** One that is trusted and has what it was told last, without asking; else undefined. */
  trustedNow(deviceId: string, known: string | undefined): Poller | undefined {
    const settled = this.#settled.get(deviceId)
    if (settled === undefined || settled.etag !== known) return undefined
    const stamp = this.#watch.stampNow(settled.device.groupName)
    return stamp && isTrusted(settled, stamp) ? settled.device : undefined
  }

  /** As soon as there is news, at the latest when its time is over. */
  async answer(device: Poller, poll: ManifestPoll): Promise<PollAnswer> {
    const deadline = Date.now() + poll.waitMs
    for (;;) {
      const [look, hasJob] = await Promise.all([
        this.#look(device, poll, deadline),
        poll.tellJobs && this.#isAskedForWork(device.id),
      ])
      if (look?.row && etagOf(look.row) !== poll.known) return { row: look.row, hasJob }
      const leftMs = deadline - Date.now()
      if (!look || hasJob || leftMs <= 0) return { hasJob }
      const { isGone, tellJobs } = poll
      await this.#watch.changed({ device, seen: look.stamp, isGone, tellJobs }, leftMs)
      if (isGone()) return { hasJob }
    }
  }

  /** "No" may be a moment old, "yes" not: who has just ended its job at another replica would come again and again. */
  async #isAskedForWork(deviceId: string): Promise<boolean> {
    return this.#watch.hasJobNow(deviceId) !== false && (await this.#hasJob(deviceId)) === true
  }

  /**
   * Without a row the one that it knows is still right; undefined where too many others were before it. Throws where the
   * device was revoked before the stamp: whoever waits under it hears of a later one.
   */
  async #look(device: Poller, poll: ManifestPoll, deadline: number): Promise<Look | undefined> {
    const { id, groupName } = device
    const stamp = this.#watch.stampNow(groupName) ?? (await this.#watch.stampOf(groupName))
    const settled = this.#settled.get(id)
    if (settled && isSettled(settled, poll.known, stamp)) {
      if (isTrusted(settled, stamp)) return { stamp }
      const row = await this.#trusted(id)
      if (row.groupName === groupName) {
        this.#settled.set(id, { ...settled, ...trustedUnder(stamp, row) })
        return { stamp }
      }
    }
    const queueMaxMs = poll.known === undefined ? Infinity : deadline - Date.now() + LATE_MAX_MS
    return this.#inLane(() => this.#compute(device, poll), queueMaxMs)
  }

  /** The stamp first: what changes while the rows are read is another stamp at the next look. */
  async #compute({ id, groupName }: Poller, poll: ManifestPoll): Promise<Look> {
    const stamp = await this.#watch.stampOf(groupName)
    if (poll.isGone()) return { stamp }
    const device = await this.#trusted(id)
    const row = await manifestFor({ rows: this.#rows, signer: this.#signer }, device, new Date())
    const untilMs = Date.now() + SETTLED_MAX_MS
    this.#settled.set(id, { etag: etagOf(row), untilMs, ...trustedUnder(stamp, device) })
    return { stamp, row }
  }
}

/** Of a row that was read after the stamp. */
function trustedUnder(stamp: GroupStamp, { id, groupName, tier, publicKey }: DeviceRow) {
  return { stamp, device: { id, groupName, tier, publicKey }, rowUntilMs: Date.now() + ROW_MAX_MS }
}

const isTrusted = (settled: Settled, stamp: GroupStamp): boolean =>
  settled.stamp.revoked === stamp.revoked && Date.now() < settled.rowUntilMs

const isSettled = (settled: Settled, known: string | undefined, stamp: GroupStamp): boolean =>
  settled.etag === known && settled.stamp.wanted === stamp.wanted && Date.now() < settled.untilMs

function fewAtOnce(ctx: Pick<Context, 'signer'>): Pick<ManifestSigner, 'publicKeys' | 'sign'> {
  const inLane = inLanes(SIGNATURES_AT_ONCE)
  return {
    get publicKeys() {
      return ctx.signer.publicKeys
    },
    // Never undefined: it waits for as long as it takes.
    sign: async (manifest) => (await inLane(() => ctx.signer.sign(manifest), Infinity))!,
  }
}
