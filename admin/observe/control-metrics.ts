// What a monitor reads from the control plane: its HTTP routes, its process, and the fleet as the database knows it at
// that moment. Any key may read it, so that a scraper gets one of role viewer.

import { Gauge, type Registry } from 'prom-client'
import type { Db } from '#db/db.ts'
import { countDevices, countRollouts } from '#db/queries/polls/fleet-totals.ts'

/** Agents poll at least every 20 seconds. */
const SILENT_AFTER_S = 120

export function observeFleet(registry: Registry, db: Db): void {
  const registers = [registry]
  new Gauge({
    name: 'tandem_devices',
    help: `Enrolled devices by tier and state; silent: not heard of for ${SILENT_AFTER_S} s`,
    labelNames: ['tier', 'state'] as const,
    registers,
    async collect() {
      const counts = await countDevices(db, SILENT_AFTER_S)
      this.reset()
      for (const { tier, state, count } of counts) this.set({ tier, state }, count)
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
