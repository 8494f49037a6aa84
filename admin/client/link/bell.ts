// Rings when there is something new to ask for: by a stream, and where none comes through (an older control plane, a proxy
// that swallows streams) every half second. What is true is asked, so that whoever waits needs no second way.

interface Handlers {
  onData(): void
  onError(): void
  onConnectionStateChange(state: { readonly state: string }): void
}

export interface Bell extends Disposable {
  /** Until it rings, or it is time to look all the same: where there is no stream after this time. */
  rung(lookEveryMs?: number): Promise<void>
}

const LOOK_EVERY_MS = 500
/** Beside a stream that stands: devices that have gone silent ring nothing. */
const LOOK_LIVE_EVERY_MS = 10_000

export function openBell(subscribe: (handlers: Handlers) => { unsubscribe(): void }): Bell {
  let isLive = false
  let hasRung = false
  let wake: (() => void) | undefined
  const ring = () => {
    hasRung = true
    wake?.()
  }
  const stream = subscribe({
    onData: ring,
    onError: () => {
      isLive = false
      wake?.()
    },
    onConnectionStateChange: ({ state }) => {
      isLive = state === 'pending'
    },
  })
  return {
    async rung(lookEveryMs = LOOK_EVERY_MS) {
      if (!hasRung)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(done, isLive ? LOOK_LIVE_EVERY_MS : lookEveryMs)
          function done() {
            clearTimeout(timer)
            wake = undefined
            resolve()
          }
          wake = done
        })
      hasRung = false
    },
    [Symbol.dispose]: () => stream.unsubscribe(),
  }
}
