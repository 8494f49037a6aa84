// The limits and weights of a selection: their words and units, as they are asked for and as they are told.

import type { Expectations } from '#contract/results/expectations.ts'

export type Limit = Exclude<keyof Expectations, 'weights'>

interface InWords {
  readonly words: string
  readonly unit: string
  /** Of the contract's unit. */
  readonly per: number
  readonly bound: 'at least' | 'at most'
}

export const LIMITS: Readonly<Record<Limit, InWords>> = {
  accuracyMin: { words: 'Top-1 of the local model', unit: '%', per: 0.01, bound: 'at least' },
  localLatencyMaxMs: { words: 'Local latency', unit: 'ms', per: 1, bound: 'at most' },
  edgeLatencyMaxMs: { words: 'Edge latency', unit: 'ms', per: 1, bound: 'at most' },
  localEnergyMaxJ: { words: 'Local energy of an image', unit: 'mJ', per: 0.001, bound: 'at most' },
  edgeEnergyMaxJ: { words: 'Edge energy of an image', unit: 'mJ', per: 0.001, bound: 'at most' },
  memoryMaxBytes: { words: 'Memory of the local model', unit: 'MB', per: 1e6, bound: 'at most' },
  sizeMaxBytes: { words: 'File of the local model', unit: 'MB', per: 1e6, bound: 'at most' },
}
export const LIMIT_NAMES = Object.keys(LIMITS) as Limit[]
export const WEIGHTS = ['latency', 'accuracy', 'energy'] as const

/** As many digits as people gave. */
const shown = (value: number): string => String(Number(value.toPrecision(6)))

export const inUnit = (limit: Limit, value: number): number =>
  Number((value / LIMITS[limit].per).toPrecision(9))

/** Empty where nothing was expected. */
export function expectationsInWords(expectations: Expectations): string[] {
  const { weights } = expectations
  const limits = LIMIT_NAMES.flatMap((limit) => {
    const value = expectations[limit]
    const { words, unit, bound } = LIMITS[limit]
    return value === undefined ? [] : [`${words} ${bound} ${shown(inUnit(limit, value))} ${unit}`]
  })
  const weighed = WEIGHTS.flatMap((name) =>
    weights?.[name] === undefined ? [] : [`${name} ${weights[name]}`],
  )
  return weighed.length === 0 ? limits : [...limits, `weighed: ${weighed.join(', ')}`]
}
