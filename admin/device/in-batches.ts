// One query for many who ask at the same time: whoever asks while a query is under way shares the next one. An answer
// is therefore never older than its question, and the busier the control plane is the fewer queries an answer costs.

import { setTimeout as sleep } from 'node:timers/promises'

type Load<K, V> = (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>

interface Waiting<K, V> {
  readonly key: K
  readonly resolve: (value: V | undefined) => void
  readonly reject: (cause: unknown) => void
}

/** More at once make one slow query out of two quick ones. */
const BATCH_MAX = 1_000
/** Batches begin at least so far apart: who asks now and then waits for nothing, who asks among many for this at most. */
const APART_MS = 5

/**
 * Undefined where `load` brought nothing under the key; where it failed, all that shared it fail. Keys may be things to
 * store as well, each of which is then its own.
 */
export function inBatches<K, V>(load: Load<K, V>, apartMs = APART_MS): (key: K) => Promise<V | undefined> {
  let waiting: Waiting<K, V>[] = []
  let isUnderWay = false
  let begunAt = Number.NEGATIVE_INFINITY

  async function run(): Promise<void> {
    isUnderWay = true
    while (waiting.length > 0) {
      // At least to the end of this turn of the event loop: those who ask in it come along.
      const restMs = begunAt + apartMs - performance.now()
      await (restMs > 0 ? sleep(restMs) : Promise.resolve())
      begunAt = performance.now()
      const batch = waiting.slice(0, BATCH_MAX)
      waiting = waiting.slice(BATCH_MAX)
      try {
        const values = await load([...new Set(batch.map(({ key }) => key))])
        for (const { key, resolve } of batch) resolve(values.get(key))
      } catch (cause) {
        for (const { reject } of batch) reject(cause)
      }
    }
    isUnderWay = false
  }

  return (key) =>
    new Promise((resolve, reject) => {
      waiting.push({ key, resolve, reject })
      if (!isUnderWay) void run()
    })
}
