// A timer that does not take its own lateness for somebody else's: while this process stands still (an inference on the
// thread of the event loop, a garbage collection), answers lie unread in the socket, and timers come before sockets when
// it goes on. A timer that fires late therefore waits once more, for as long as it was late.

/** What a timer may be late on a loop that turns. */
const SLACK_MS = 5
/** A process that stands still that often is too busy to wait for anybody. */
const GRACES_MAX = 3

export interface OwnTimer {
  cancel(): void
}

/** `graceMaxMs`: the most that it waits beyond, each time; 0 for no longer than it takes to read what is there. */
export function afterOwnTime(ms: number, graceMaxMs: number, onTime: () => void): OwnTimer {
  let timer: NodeJS.Timeout
  let isCancelled = false
  const arm = (waitMs: number, graces: number) => {
    const dueMs = performance.now() + waitMs
    timer = setTimeout(() => {
      const lateMs = performance.now() - dueMs
      if (lateMs <= SLACK_MS || graces === 0) onTime()
      else if (graceMaxMs > 0) arm(Math.min(lateMs, graceMaxMs), graces - 1)
      // Sockets are read between a timer and an immediate.
      else setImmediate(() => isCancelled || onTime())
    }, waitMs)
  }
  arm(ms, GRACES_MAX)
  return {
    cancel() {
      isCancelled = true
      clearTimeout(timer)
    },
  }
}

/** What `promise` resolves to, or undefined where it takes longer; `promise` must not reject. */
export function withinOwnTime<T>(
  promise: Promise<T>,
  ms: number,
  graceMaxMs: number,
): Promise<T | undefined> {
  return new Promise((resolve) => {
    const timer = afterOwnTime(ms, graceMaxMs, () => resolve(undefined))
    void promise.then((value) => {
      timer.cancel()
      resolve(value)
    })
  })
}
