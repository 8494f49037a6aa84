// A device's question whether it should run something else, or has a job to do, long or short. Most answers are "no", and a fleet asks all
// day: under which stamp of its group a device was found to have the newest manifest is remembered, and while that
// stamp holds "no" is answered without computing again what the device is to run.
//
// Nothing that is remembered is needed: a control plane that has just started, or a second one beside it, answers the
// same. Whether the device is still trusted is never remembered.

import type { DeviceRow } from '#db/queries/devices.ts'
import type { ManifestRow } from '#db/queries/manifests.ts'
import type { GroupStamp } from '#db/queries/polls/group-stamps.ts'
import { devicesWithJobs } from '#db/queries/polls/open-jobs.ts'
import type { Context } from '../context.ts'
import type { ManifestSigner } from '../manifest-signer.ts'
import { BoundedMap } from './bounded-map.ts'
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
/** About 300 bytes each. */
const SETTLED_MAX = 50_000

/** Agents give an answer up ten seconds after the end of their wait: "no" in time is better than news too late. */
const LATE_MAX_MS = 5_000

interface Look {
  readonly stamp: GroupStamp
  readonly row?: ManifestRow
}

interface Settled {
  readonly etag: string
  readonly wanted: string
  readonly untilMs: number
}

export interface ManifestPoll {
  /** The ETag of what it has. */
  readonly known: string | undefined
  readonly waitMs: number
  /** Whether a job is an answer too. */
  readonly tellJobs: boolean
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

  /** As soon as there is news, at the latest when its time is over. */
  async answer(device: DeviceRow, poll: ManifestPoll): Promise<PollAnswer> {
    const deadline = Date.now() + poll.waitMs
    for (;;) {
      const [look, open] = await Promise.all([
        this.#look(device, poll, deadline),
        poll.tellJobs ? this.#hasJob(device.id) : undefined,
      ])
      const hasJob = open === true
      if (look?.row && etagOf(look.row) !== poll.known) return { row: look.row, hasJob }
      const leftMs = deadline - Date.now()
      if (!look || hasJob || leftMs <= 0) return { hasJob }
      // After the stamp was read: a revocation is seen here, or it changes the stamp.
      await this.#trusted(device.id)
      const { isGone, tellJobs } = poll
      await this.#watch.changed({ device, seen: look.stamp, isGone, tellJobs }, leftMs)
      if (isGone()) return { hasJob }
    }
  }

  /** Without a row the one that it knows is still right; undefined where too many others were before it. */
  async #look(device: DeviceRow, poll: ManifestPoll, deadline: number): Promise<Look | undefined> {
    const stamp = await this.#watch.stampOf(device.groupName)
    if (this.#isSettled(device, poll.known, stamp)) return { stamp }
    const queueMaxMs = poll.known === undefined ? Infinity : deadline - Date.now() + LATE_MAX_MS
    return this.#inLane(() => this.#compute(device, poll), queueMaxMs)
  }

  /** The stamp first: what changes while the rows are read is another stamp at the next look. */
  async #compute({ id, groupName }: DeviceRow, poll: ManifestPoll): Promise<Look> {
    const stamp = await this.#watch.stampOf(groupName)
    if (poll.isGone()) return { stamp }
    const row = await manifestFor(
      { rows: this.#rows, signer: this.#signer },
      await this.#trusted(id),
      new Date(),
    )
    const untilMs = Date.now() + SETTLED_MAX_MS
    this.#settled.set(id, { etag: etagOf(row), wanted: stamp.wanted, untilMs })
    return { stamp, row }
  }

  #isSettled(device: DeviceRow, known: string | undefined, stamp: GroupStamp): boolean {
    const settled = this.#settled.get(device.id)
    return settled?.etag === known && settled?.wanted === stamp.wanted && Date.now() < settled.untilMs
  }
}

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
