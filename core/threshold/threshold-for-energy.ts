// The best top-1 on the training rows that the device's energy budget buys, in J an image. A router after local
// inference pays more for each sending, one before it saves the local model's energy, so either end of the
// curve may be the cheap one; all points are looked at. Where none is within the budget the cheapest is taken.

import type { OperatingPoint } from '#contract/results/threshold-policy.ts'
import { percent } from './percent.ts'
import { everyPoint, type RoutedPoint, type ScoredRows } from './routed-point.ts'

/** Relative; a sum of three products may miss the budget by its last bit. */
const ROUNDING = 1e-9

const isCheapEnough = ({ deviceEnergyJ }: RoutedPoint, budgetJ: number) =>
  deviceEnergyJ <= budgetJ * (1 + ROUNDING)

export function thresholdForEnergy(rows: ScoredRows, budgetJ: number): number {
  const points = everyPoint(rows)
  const affordable = points.filter((point) => isCheapEnough(point, budgetJ))
  if (affordable.length === 0)
    return points.reduce((a, b) => (b.deviceEnergyJ < a.deviceEnergyJ ? b : a)).threshold
  return affordable.reduce((a, b) => (isBetter(b, a) ? b : a)).threshold
}

/** More right answers; for as many, less energy. */
function isBetter(a: RoutedPoint, b: RoutedPoint): boolean {
  return a.top1 > b.top1 || (a.top1 === b.top1 && a.deviceEnergyJ < b.deviceEnergyJ)
}

export function judgeEnergy(point: RoutedPoint, budgetJ: number): Omit<OperatingPoint, 'policy'> {
  const isMet = isCheapEnough(point, budgetJ)
  const takes = `${joules(point.deviceEnergyJ)} an image`
  const [budget, right] = [joules(budgetJ), percent(point.top1)]
  return {
    isMet,
    words: isMet
      ? `Takes ${takes} of a budget of ${budget} and is right on ${right} of the training images, offloading ${percent(point.offloadShare)}.`
      : `Cannot stay within ${budget}: takes at least ${takes}.`,
  }
}

function joules(energyJ: number): string {
  return `${Number(energyJ.toPrecision(3))} J`
}
