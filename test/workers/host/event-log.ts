// Waiting for a watchdog's event, which may have been before.

import type { WatchdogEvent } from '#workers/host/watch/watchdog.ts'

export class EventLog {
  readonly #seen: WatchdogEvent[] = []
  #wake = () => {}

  readonly add = (event: WatchdogEvent): void => {
    this.#seen.push(event)
    this.#wake()
  }

  async first<Kind extends WatchdogEvent['kind']>(
    kind: Kind,
  ): Promise<Extract<WatchdogEvent, { kind: Kind }>> {
    for (;;) {
      const found = this.#seen.find((event) => event.kind === kind)
      if (found) return found as Extract<WatchdogEvent, { kind: Kind }>
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}

/** For functions whose answers are no answers to an image. */
export const asIs = (answer: unknown): unknown => answer
