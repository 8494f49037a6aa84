// How large the serving process is at a moment: memory, open files. Linux only; NaN elsewhere.

import { readdirSync } from 'node:fs'

export interface ProcessSize {
  readonly rssMb: number
  readonly fds: number
}

export function processSize(): ProcessSize {
  return { rssMb: process.memoryUsage.rss() / 2 ** 20, fds: openFiles() }
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
