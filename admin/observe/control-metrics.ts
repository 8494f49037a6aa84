// What a monitor reads from the control plane: its HTTP routes, its process, and the fleet as the database knows it at
// that moment. Any key may read it, so that a scraper gets one of role viewer.

import { Gauge, type Registry } from 'prom-client'
import type { Db } from '#db/db.ts'
import { fleetTotals } from '#db/queries/polls/fleet-totals.ts'

/** Agents poll at least every 20 seconds. */
const SILENT_AFTER_S = 120

export function observeFleet(registry: Registry, db: Db): void {
  const registers = [registry]
  const rollouts = new Gauge({
    name: 'tandem_rollouts',
    help: 'Staged rollouts by state',
    labelNames: ['state'] as const,
    registers,
  })
  new Gauge({
    name: 'tandem_devices',
    help: `Enrolled devices by tier and state; silent: not heard of for ${SILENT_AFTER_S} s`,
    labelNames: ['tier', 'state'] as const,
    registers,
    async collect() {
      const totals = await fleetTotals(db, SILENT_AFTER_S)
      this.reset()
      for (const { tier, state, count } of totals.devices) this.set({ tier, state }, count)
      rollouts.reset()
      for (const { state, count } of totals.rollouts) rollouts.set({ state }, count)
    },
  })
}
