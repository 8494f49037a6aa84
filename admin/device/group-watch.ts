// Who waits for news of a group or for a job, and the one look that is taken for all of them. However many long polls are open,
// the database is asked once in half a second, by one query for up to a thousand groups and one for all open jobs; a poll whose
// group's stamp has changed or whose device has a job is woken and looks at the rows itself. Stamps only wake: what a device is told is never read from one.
//
// A timer and no LISTEN: a look costs about a millisecond for a hundred groups of a hundred, sees what any other
// control plane on the same database has done, and there is no connection whose loss would have to be noticed. What a
// look has seen is good for short polls too, for a moment (polls/seen-lately.ts).

import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Db } from '#db/db.ts'
import type { DeviceRow } from '#db/queries/devices.ts'
import { type GroupStamp, groupStamps } from '#db/queries/polls/group-stamps.ts'
import { allWithJobs } from '#db/queries/polls/open-jobs.ts'
import type { Live } from '../live/live.ts'
import { inBatches } from './in-batches.ts'
import { SeenLately } from './polls/seen-lately.ts'

/** How late news may be heard of; a device installs for seconds afterwards. */
const LOOK_EVERY_MS = 400
/** There is one such list. */
const ALL = ''

export interface Waiter {
  readonly device: Pick<DeviceRow, 'id' | 'groupName' | 'tier'>
  readonly seen: GroupStamp
  /** Whether a job is news too. */
  readonly tellJobs?: boolean
  /** Whether nobody waits for the answer any more. */
  readonly isGone: () => boolean
}

export class GroupWatch {
  readonly #log: Logger
  readonly #withJobs: SeenLately<ReadonlySet<string>>
  readonly #stamps: SeenLately<GroupStamp>
  readonly #waiters = new Map<Waiter, () => void>()
  #isLooking = false

  constructor({ db, log, live }: { readonly db: Db; readonly log: Logger; readonly live: Live }) {
    this.#log = log
    const stamps = inBatches(groupStamps(db))
    this.#stamps = new SeenLately(async (groupName) => (await stamps(groupName))!, live)
    this.#withJobs = new SeenLately(allWithJobs(db), live)
  }

  /** Of rows that were read after the call. */
  stampOf(groupName: string): Promise<GroupStamp> {
    return this.#stamps.ask(groupName)
  }

  /** Undefined where nobody has looked lately. */
  stampNow(groupName: string): GroupStamp | undefined {
    return this.#stamps.now(groupName)
  }

  /** Whether a job waits for the device; undefined where nobody has looked lately. */
  hasJobNow(deviceId: string): boolean | undefined {
    return this.#withJobs.now(ALL)?.has(deviceId)
  }

  /** Until there is news (another stamp than it has seen, a job), the asker is gone, or the time is over. */
  async changed(waiter: Waiter, waitMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((wake) => {
      timer = setTimeout(wake, waitMs)
      this.#waiters.set(waiter, wake)
      if (!this.#isLooking) void this.#lookWhileAwaited()
    })
    clearTimeout(timer)
    this.#waiters.delete(waiter)
  }

  async #lookWhileAwaited(): Promise<void> {
    this.#isLooking = true
    while (this.#waiters.size > 0) {
      await sleep(LOOK_EVERY_MS)
      try {
        await this.#look()
      } catch (err) {
        this.#log.warn({ err }, 'no look at the groups of waiting devices, they go on waiting')
      }
    }
    this.#isLooking = false
  }

  async #look(): Promise<void> {
    const there: [Waiter, () => void][] = []
    for (const [waiter, wake] of this.#waiters) {
      if (waiter.isGone()) wake()
      else there.push([waiter, wake])
    }
    const names = [...new Set(there.map(([{ device }]) => device.groupName))]
    const [withJobs, stamps] = await Promise.all([
      there.some(([{ tellJobs }]) => tellJobs) ? this.#withJobs.ask(ALL) : new Set<string>(),
      Promise.all(names.map(async (name) => [name, await this.stampOf(name)] as const)),
    ])
    const stampOf = new Map(stamps)
    const woken = there.filter(([{ device, seen, tellJobs }]) => {
      const now = stampOf.get(device.groupName)!
      if (now.wanted !== seen.wanted || now.revoked !== seen.revoked) return true
      return tellJobs === true && withJobs.has(device.id)
    })
    // Edge devices first: what local ones may be told waits for them.
    for (const [{ device }, wake] of woken) if (device.tier === 'edge') wake()
    for (const [, wake] of woken) wake()
  }
}
