// How a cost grows with a size: cost = a * size^e, so a line through the logarithms by least squares; e with a 95 %
// interval (Student's t). Points are of different sizes, so equal relative errors weigh equally, as they should: timing
// errors are relative. A cost with a fixed part bends this line upwards: `last` is the exponent between the two largest
// sizes, where the fixed part counts least.

import { quantileT } from '../soak/pooled-slope.ts'

export interface Point {
  readonly size: number
  readonly cost: number
}

export interface Exponent {
  readonly exponent: number
  readonly low: number
  readonly high: number
  readonly last: number
}

/** Throws a RangeError for fewer than three sizes, or costs that have no logarithm. */
export function fitExponent(points: readonly Point[]): Exponent {
  if (points.length < 3)
    throw new RangeError(`Cannot fit exponent: has ${points.length} points, expected at least 3`)
  const bad = points.find(({ size, cost }) => !(size > 0 && cost > 0))
  if (bad)
    throw new RangeError(
      `Cannot fit exponent: has size ${bad.size} at cost ${bad.cost}, expected both above 0`,
    )
  const logs = points
    .map(({ size, cost }) => ({ x: Math.log(size), y: Math.log(cost) }))
    .sort((a, b) => a.x - b.x)
  const mean = (of: 'x' | 'y') => logs.reduce((sum, point) => sum + point[of], 0) / logs.length
  const [x0, y0] = [mean('x'), mean('y')]
  const spread = logs.reduce((sum, { x }) => sum + (x - x0) ** 2, 0)
  const exponent = logs.reduce((sum, { x, y }) => sum + (x - x0) * (y - y0), 0) / spread
  const left = logs.reduce((sum, { x, y }) => sum + (y - y0 - exponent * (x - x0)) ** 2, 0)
  const free = logs.length - 2
  const half = quantileT(free) * Math.sqrt(left / free / spread)
  const [before, largest] = logs.slice(-2) as [{ x: number; y: number }, { x: number; y: number }]
  return {
    exponent,
    low: exponent - half,
    high: exponent + half,
    last: (largest.y - before.y) / (largest.x - before.x),
  }
}
