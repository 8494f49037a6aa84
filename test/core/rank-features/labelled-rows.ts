// Rows of 29 made-up features that are noise but for those that a test makes: the label's own, copies, constants.

import { FEATURE_NAMES, type FeatureName } from '#contract/features.ts'
import { createRandom } from '#core/random.ts'
import type { FeatureSamples } from '#core/rank-features/choose-features.ts'

export type Making = (row: { hidden: number; label: number; noise: () => number; values: number[] }) => number

/** `label` is 1 for the upper third of a hidden number in 0..1; `making` says what becomes of it. */
export function labelledRows(
  count: number,
  making: Partial<Record<FeatureName, Making>> = {},
  seed = 7,
): FeatureSamples {
  const noise = createRandom(seed)
  const labels = new Uint8Array(count)
  const rows: number[][] = []
  for (let i = 0; i < count; i++) {
    const hidden = noise()
    const label = hidden > 2 / 3 ? 1 : 0
    labels[i] = label
    const values: number[] = FEATURE_NAMES.map(() => noise() * 10)
    for (const [c, name] of FEATURE_NAMES.entries()) {
      const make = making[name]
      if (make !== undefined) values[c] = make({ hidden, label, noise, values })
    }
    rows.push(values)
  }
  return { rows, labels }
}

/** A feature of every name. */
export function everyFeature(make: Making): Partial<Record<FeatureName, Making>> {
  return Object.fromEntries(FEATURE_NAMES.map((name) => [name, make]))
}
