// Deferral curves as points of a chart, in percent, with the straight line of lots and the oracle's corners beside them.
//
// How sure a point is: at a share that is sent, every held-out image is answered by one tier, right or wrong, so top-1 is
// a share of n images, and Wilson's interval (1927) is told for it. That takes the cut between the tiers as fixed; the
// bootstrap of the strategy table, which does not, differs from it in the second digit.

import type { PairShares } from '#contract/results/selection.ts'
import type { Point, PointSeries } from '../charts/points.ts'

/** Of 95 %. */
const Z = 1.959964

export function wilson(share: number, n: number): { low: number; high: number } {
  const slack = (Z * Z) / n
  const middle = (share + slack / 2) / (1 + slack)
  const half = (Z * Math.sqrt((share * (1 - share) + slack / 4) / n)) / (1 + slack)
  return { low: middle - half, high: middle + half }
}

interface CurvePoint {
  readonly offload: number
  readonly top1: number
}

/** `images`: with its band, where it is given. */
export function curveSeries(name: string, curve: readonly CurvePoint[], images?: number): PointSeries {
  const points = curve.map(({ offload, top1 }): Point => {
    const limits = images === undefined ? undefined : wilson(Math.min(1, Math.max(0, top1)), images)
    const at = { x: offload * 100, y: top1 * 100, name: '' }
    return limits ? { ...at, low: limits.low * 100, high: limits.high * 100 } : at
  })
  return { name, isLine: true, points }
}

/** What needs no router, and what none can exceed. */
export function boundsOf({ bothRight, onlyEdgeRight: g, onlyLocalRight: h }: PairShares): PointSeries[] {
  const [local, edge] = [bothRight + h, bothRight + g]
  const at = (offload: number, top1: number) => ({ offload, top1 })
  return [
    curveSeries('lots', [at(0, local), at(1, edge)]),
    curveSeries('oracle', [at(0, local), at(g, local + g), at(1 - h, local + g), at(1, edge)]),
  ]
}
