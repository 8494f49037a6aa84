// How large the serving process is: memory and open files at any moment, and what memory is really held once the
// garbage is gone.

import { readdirSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export interface ProcessSize {
  readonly rssMb: number
  readonly heapMb: number
  /** NaN where there is no /proc. */
  readonly fds: number
}

export function processSize(): ProcessSize {
  const { rss, heapUsed } = process.memoryUsage()
  return { rssMb: rss / 2 ** 20, heapMb: heapUsed / 2 ** 20, fds: openFiles() }
}

/** The same after a full collection, which stops the process for some 50 ms. */
export function settledSize(): ProcessSize {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  // Twice: finalizers of the first let go of what lies outside the heap.
  collect()
  collect()
  return processSize()
}

function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return Number.NaN
  }
}

/** Least squares: how `values` grow from one to the next. */
export function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length
  const top = values.reduce((sum, v, i) => sum + (i - middle) * (v - mean), 0)
  const bottom = values.reduce((sum, _, i) => sum + (i - middle) ** 2, 0)
  return top / bottom
}
