// A share of some count with its exact 95 % interval (Clopper and Pearson, 1934): also where none or all of them are.

import type { Interval } from '#contract/results/interval.ts'
import { clopperPearsonUpper } from '../threshold/clopper-pearson.ts'

/** On either side. */
const TAIL = 0.025

/** Of `count` things, `hits`; at least one thing. */
export const shareOf = (hits: number, count: number): Interval => ({
  value: hits / count,
  low: 1 - clopperPearsonUpper(count - hits, count, TAIL),
  high: clopperPearsonUpper(hits, count, TAIL),
})
