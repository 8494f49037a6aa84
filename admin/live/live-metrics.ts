// How many streams are open at this control plane: a number that only grows is a leak, one that is cut to nothing every
// minute a proxy that cuts.

import { Gauge, type Registry } from 'prom-client'
import type { Live } from './live.ts'

export function observeLive(registry: Registry, live: Live): void {
  new Gauge({
    name: 'tandem_live_watchers',
    help: 'Open streams of what happens (subscriptions) at this control plane',
    registers: [registry],
    collect() {
      this.set(live.watchers)
    },
  })
}
