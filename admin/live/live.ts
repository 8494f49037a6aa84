// News for everybody who watches: the control plane listens once, however many watch, and wakes those whose topic was
// told. News are words, never values: whoever wakes reads what is true by then. So a slow watcher has one flag and no
// queue, and misses nothing that still holds; after a lost connection all wake and read.
//
// A topic is `<kind>:<id>`, or `<kind>` for all of a kind.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { listen } from '#db/live/listen.ts'
import { openSharedLook, type SharedLook } from './shared-look.ts'

export interface Watch {
  readonly topics: readonly string[]
  readonly signal: AbortSignal
  /** Also without news, for what nobody tells of. */
  readonly everyMs?: number
}

export interface Live extends AsyncDisposable {
  /** Yields at once, then whenever there is something to read; ends with the signal. */
  changes(watch: Watch): AsyncGenerator<void>
  /** What several watchers may see at one look. A rollout's view is a dozen queries. */
  readonly look: SharedLook
  readonly watchers: number
  /** How many changes this process has made: what was read before the last of them may be told no more. */
  readonly ownChanges: number
  /** After it was committed, before anybody is told that it was made. */
  noteOwnChange(): void
}

/** Several news in a row are one look: nobody reads faster than this. */
const PACE_MS = 100
const LOOK_FRESH_MS = 400

class Watcher {
  isDirty = true
  wake: (() => void) | undefined

  tell(): void {
    this.isDirty = true
    this.wake?.()
  }
}

/** Listens from the first watcher on. */
export function openLive(url: string, log: Logger): Live {
  const watchers = new Map<string, Set<Watcher>>()
  const all = new Set<Watcher>()
  const closing = new AbortController()
  const tell = (topic: string) => {
    for (const watcher of watchers.get(topic) ?? []) watcher.tell()
  }
  let listener: AsyncDisposable | undefined
  let ownChanges = 0
  const begin = () =>
    listen(url, {
      onNews(topic) {
        tell(topic)
        tell(topic.slice(0, Math.max(0, topic.indexOf(':'))))
      },
      onGap() {
        for (const watcher of all) watcher.tell()
      },
      onLost: (err) => log.warn({ err }, 'live news were lost, listening again'),
    })
  const join = (watcher: Watcher, topics: readonly string[]) => {
    all.add(watcher)
    for (const topic of topics) watchers.set(topic, (watchers.get(topic) ?? new Set()).add(watcher))
  }
  const leave = (watcher: Watcher, topics: readonly string[]) => {
    all.delete(watcher)
    for (const topic of topics) {
      const those = watchers.get(topic)
      those?.delete(watcher)
      if (those?.size === 0) watchers.delete(topic)
    }
  }
  return {
    look: openSharedLook(LOOK_FRESH_MS),
    get watchers() {
      return all.size
    },
    get ownChanges() {
      return ownChanges
    },
    noteOwnChange() {
      ownChanges++
    },
    async *changes({ topics, signal, everyMs }) {
      if (!closing.signal.aborted) listener ??= begin()
      const ending = AbortSignal.any([signal, closing.signal])
      const watcher = new Watcher()
      join(watcher, topics)
      try {
        while (!ending.aborted) {
          await untilDirty(watcher, ending, everyMs)
          if (ending.aborted) return
          watcher.isDirty = false
          yield
          await sleep(PACE_MS, undefined, { signal: ending }).catch(() => undefined)
        }
      } finally {
        leave(watcher, topics)
      }
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      await listener?.[Symbol.asyncDispose]()
    },
  }
}

async function untilDirty(watcher: Watcher, signal: AbortSignal, everyMs: number | undefined): Promise<void> {
  if (watcher.isDirty || signal.aborted) return
  await new Promise<void>((resolve) => {
    const timer = everyMs === undefined ? undefined : setTimeout(done, everyMs)
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      watcher.wake = undefined
      resolve()
    }
    watcher.wake = done
    signal.addEventListener('abort', done)
  })
}
