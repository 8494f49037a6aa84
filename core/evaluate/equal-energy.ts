// Equal offload flatters a router that pays for features, or for local inference, before it sends. So it is also
// compared with what others reach when their device spends as much an image: random without features, confidence
// after local inference. Their energy is a straight line over the share r that they offload,
//   random: E_local + r (E_upload - E_local)      confidence: E_local + r E_upload
// so that one share costs what the router costs, or none does. Where sending costs less than computing, random's line
// falls: it then spends more by sending less, and what a router wastes makes its opponent weaker. The comparison
// stays one of exactly equal spending; that sending everything would cost less and reach more is said in words.

import type { PairCosts } from '#contract/results/evaluation.ts'

export interface EnergyLine {
  /** Joules an image with nothing sent and with everything sent. */
  noneJ: number
  allJ: number
}

export function randomLine(costs: PairCosts): EnergyLine {
  return { noneJ: costs.localJ, allJ: costs.uploadJ }
}

export function confidenceLine(costs: PairCosts): EnergyLine {
  return { noneJ: costs.localJ, allJ: costs.localJ + costs.uploadJ }
}

/** Of the energies themselves: less is rounding of sums, not energy. */
const ROUNDING = 1e-9

/**
 * The share to offload for `energyJ` an image; null where no share costs that. `otherwise` is the answer where every
 * share does, because sending costs as much as staying.
 */
export function shareAtEnergy(line: EnergyLine, energyJ: number, otherwise: number): number | null {
  const slack = ROUNDING * Math.max(Math.abs(line.noneJ), Math.abs(line.allJ), Math.abs(energyJ))
  const span = line.allJ - line.noneJ
  if (Math.abs(span) <= slack) return Math.abs(energyJ - line.noneJ) <= slack ? otherwise : null
  const isBelow = energyJ < Math.min(line.noneJ, line.allJ) - slack
  const isAbove = energyJ > Math.max(line.noneJ, line.allJ) + slack
  return isBelow || isAbove ? null : nearestShare(line, energyJ, otherwise)
}

/** As `shareAtEnergy`, but with the nearest share where none costs that: for resamples, which vary about the rows. */
export function nearestShare(line: EnergyLine, energyJ: number, otherwise: number): number {
  const span = line.allJ - line.noneJ
  if (Math.abs(span) <= ROUNDING * Math.max(Math.abs(line.noneJ), Math.abs(line.allJ))) return otherwise
  return Math.min(1, Math.max(0, (energyJ - line.noneJ) / span))
}
