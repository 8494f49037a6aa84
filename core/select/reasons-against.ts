// Which candidates may take a role at all: each limit that a person has set (contract/expectations.ts) is held
// against the figure that the candidate would have in that role. A figure equal to its limit keeps it. The answer
// is in words, one sentence a broken limit, because "no admissible model" must say what to loosen.

import type { Expectations } from '#contract/results/expectations.ts'
import type { Tier } from '#contract/tier.ts'
import { type PairCandidate, shareOf } from './pair-candidate.ts'

interface Limit {
  readonly field: Exclude<keyof Expectations, 'weights'>
  readonly figure: string
  readonly of: (candidate: PairCandidate) => number
  readonly show: (value: number) => string
}

// Six digits: enough that a figure just over its limit does not read as the limit.
const short = (value: number): string => String(Number(value.toPrecision(6)))
const ms = (value: number): string => `${short(value)} ms`
const joules = (value: number): string => `${short(value)} J`
const bytes = (value: number): string => `${value} bytes`
const percent = (value: number): string => `${short(100 * value)} %`

const LIMITS: Readonly<Record<Tier, readonly Limit[]>> = {
  local: [
    {
      field: 'accuracyMin',
      figure: 'top-1 on the local device',
      of: (c) => shareOf(c.localRight),
      show: percent,
    },
    {
      field: 'localLatencyMaxMs',
      figure: 'mean latency on the local device',
      of: (c) => c.localLatencyMeanMs,
      show: ms,
    },
    {
      field: 'localEnergyMaxJ',
      figure: 'energy on the local device',
      of: (c) => c.localEnergyJ,
      show: joules,
    },
    {
      field: 'memoryMaxBytes',
      figure: 'peak memory on the local device',
      of: (c) => c.localPeakMemoryBytes,
      show: bytes,
    },
    { field: 'sizeMaxBytes', figure: 'file size', of: (c) => c.sizeBytes, show: bytes },
  ],
  edge: [
    {
      field: 'edgeLatencyMaxMs',
      figure: 'mean latency on the edge device',
      of: (c) => c.edgeLatencyMeanMs,
      show: ms,
    },
    { field: 'edgeEnergyMaxJ', figure: 'energy on the edge device', of: (c) => c.edgeEnergyJ, show: joules },
  ],
}

/** Empty where the candidate is admissible. */
export function reasonsAgainst(role: Tier, candidate: PairCandidate, expectations: Expectations): string[] {
  const reasons: string[] = []
  for (const { field, figure, of, show } of LIMITS[role]) {
    const limit = expectations[field]
    if (limit === undefined) continue
    const value = of(candidate)
    const isFloor = field === 'accuracyMin'
    if (isFloor ? value >= limit : value <= limit) continue
    reasons.push(`${figure} is ${show(value)}, expected at ${isFloor ? 'least' : 'most'} ${show(limit)}`)
  }
  return reasons
}
