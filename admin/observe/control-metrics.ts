// What a monitor reads from the control plane: its HTTP routes, its process, and the fleet as the database knows it.
// Any key may read it, so that a scraper gets one of role viewer. To count a fleet by state is to read all of it, a
// tenth of a second for 100,000 devices, and a scraper has little patience: it gets what was counted last, which begins
// the next count.

import { Gauge, type Registry } from 'prom-client'
import type { Db } from '#db/db.ts'
import { countDevices, countJobs, countRollouts } from '#db/queries/polls/fleet-totals.ts'

/** Agents poll at least every 20 seconds. */
const SILENT_AFTER_S = 120
/** Scrapers come every 15 seconds or so; several of them share a count. */
const COUNT_APART_MS = 1_000

export function observeFleet(registry: Registry, db: Db): void {
  const registers = [registry]
  // A query of drizzle runs again for everybody who awaits it: the promise of an async function is the one count.
  const devices = lastFound(async () => await countDevices(db, SILENT_AFTER_S))
  new Gauge({
    name: 'tandem_devices',
    help: `Enrolled devices by tier and state; silent: not heard of for ${SILENT_AFTER_S} s`,
    labelNames: ['tier', 'state'] as const,
    registers,
    async collect() {
      const counts = await devices()
      this.reset()
      for (const { tier, state, count } of counts) this.set({ tier, state }, count)
    },
  })
  new Gauge({
    name: 'tandem_job_wait_seconds',
    help: 'How long the first job of a kind that waits has waited for a worker',
    labelNames: ['kind'] as const,
    registers,
    async collect() {
      const counts = await countJobs(db)
      this.reset()
      for (const { kind, state, oldestS } of counts) if (state === 'queued') this.set({ kind }, oldestS)
    },
  })
  new Gauge({
    name: 'tandem_jobs',
    help: 'Jobs that wait or run, by kind and state',
    labelNames: ['kind', 'state'] as const,
    registers,
    async collect() {
      const counts = await countJobs(db)
      this.reset()
      for (const { kind, state, count } of counts) this.set({ kind, state }, count)
    },
  })
  new Gauge({
    name: 'tandem_rollouts',
    help: 'Staged rollouts by state',
    labelNames: ['state'] as const,
    registers,
    async collect() {
      const counts = await countRollouts(db)
      this.reset()
      for (const { state, count } of counts) this.set({ state }, count)
    },
  })
}

/** What was found last; the first time, and after a failure, what is found now. */
function lastFound<T>(find: () => Promise<T>): () => Promise<T> {
  let last: Promise<T> | undefined
  let beganAt = Number.NEGATIVE_INFINITY
  return () => {
    if (performance.now() - beganAt < COUNT_APART_MS && last) return last
    beganAt = performance.now()
    const next = find()
    const before = last
    next.then(
      () => {
        last = next
      },
      () => {
        last = undefined
      },
    )
    return before ?? next
  }
}
