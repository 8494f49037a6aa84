// What of the load failed although nothing had happened to whom it asked. A request that gets no answer since its worker
// was killed is no promise broken; neither is a read while the control plane or its database are away.

import type { Asked, Read } from './mixed-load.ts'
import type { FaultSeen, Soaked } from './soak.ts'

export interface Failures {
  readonly requests: readonly Asked[]
  readonly cut: number
  readonly reads: readonly Read[]
  readonly readsInFaults: number
}

/** What was begun before the fault or as it ended meets it too. */
const MARGIN_MS = 2_000

export function failuresOf({ load, faults, beganMs }: Pick<Soaked, 'load' | 'faults' | 'beganMs'>): Failures {
  const meets = (wanted: (name: string) => boolean) => {
    const windows = faults.filter(({ name }) => wanted(name)).map((fault) => windowOf(fault, beganMs))
    return ({ atMs, tookMs }: { atMs: number; tookMs: number }) =>
      windows.some(({ fromMs, toMs }) => atMs <= toMs && atMs + tookMs >= fromMs)
  }
  const isCut = meets((name) => name === 'worker killed')
  const isAway = meets((name) => /^(control plane|database)/.test(name))
  const unanswered = load.asked.filter(({ status }) => status === 0)
  const failed = load.reads.filter(({ isOk }) => !isOk)
  return {
    requests: [
      ...load.asked.filter(({ status }) => status !== 0 && status !== 200),
      ...unanswered.filter((asked) => !isCut(asked)),
    ],
    cut: unanswered.filter(isCut).length,
    reads: failed.filter((read) => !isAway(read)),
    readsInFaults: failed.filter(isAway).length,
  }
}

const windowOf = ({ atS, endS, wellS }: FaultSeen, beganMs: number) => ({
  fromMs: beganMs + atS * 1_000 - MARGIN_MS,
  toMs: beganMs + (Number.isNaN(wellS) ? endS + 60 : wellS) * 1_000 + MARGIN_MS,
})
