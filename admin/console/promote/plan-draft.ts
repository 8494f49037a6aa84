// What somebody fills in before a promotion by stages, and the plan that it comes to.

import type { Answers, Asked } from '../app/trpc.ts'

export interface PlanDraft {
  /** Percents in order, "10, 50, 100". */
  readonly shares: string
  readonly soakS: number
  readonly minDecisions: number
  readonly isAsking: boolean
  /** In percent, but for the latency; empty where it is no bound. */
  readonly bounds: Readonly<Record<BoundName, number | ''>>
}

export type BoundName =
  | 'offloadShareMax'
  | 'fallbackShareMax'
  | 'edgeFailureShareMax'
  | 'disagreementMax'
  | 'latencyP95MaxMs'

export const BOUNDS: readonly (readonly [BoundName, string])[] = [
  ['offloadShareMax', 'Sent to the edge, %'],
  ['fallbackShareMax', 'Answered by the built-in path, %'],
  ['edgeFailureShareMax', 'Failures of the edge, %'],
  ['latencyP95MaxMs', 'Latency, 95th percentile, ms'],
  ['disagreementMax', 'Tiers disagree, % of audits'],
]

export const FIRST_PLAN: PlanDraft = {
  shares: '10, 50, 100',
  soakS: 60,
  minDecisions: 50,
  isAsking: false,
  bounds: {
    ...{ offloadShareMax: '', fallbackShareMax: 5, edgeFailureShareMax: 10 },
    ...{ latencyP95MaxMs: '', disagreementMax: '' },
  },
}

type Plan = Answers['rollouts']['get']['plan']
type Promotion = Asked['rollouts']['promote']

/** Of an earlier rollout, to promote it again. */
export function draftOf({ stages, quality }: Plan): PlanDraft {
  const bound = (name: BoundName): number | '' => {
    const value = quality[name]
    if (value === undefined) return ''
    return name === 'latencyP95MaxMs' ? value : Math.round(value * 1_000) / 10
  }
  return {
    shares: stages.map(({ share }) => Math.round(share * 1_000) / 10).join(', '),
    soakS: stages[0]?.soakS ?? FIRST_PLAN.soakS,
    minDecisions: stages[0]?.minDecisions ?? FIRST_PLAN.minDecisions,
    isAsking: stages.some(({ gate }) => gate === 'approval'),
    bounds: Object.fromEntries(BOUNDS.map(([name]) => [name, bound(name)])) as PlanDraft['bounds'],
  }
}

const sharesOf = (text: string): number[] =>
  text
    .split(/[\s,;]+/)
    .filter((part) => part !== '')
    .map((part) => Number(part.replace('%', '')) / 100)

/** In words; undefined where the plan can be sent. */
export function faultOf({ shares }: PlanDraft): string | undefined {
  const asked = sharesOf(shares)
  if (asked.length === 0 || asked.some((share) => !(share > 0 && share <= 1)))
    return 'Expected percents above 0 and up to 100, such as 10, 50, 100.'
  if (asked.some((share, i) => i > 0 && share <= asked[i - 1]!)) return 'Expected each above the one before.'
  return asked.at(-1) === 1 ? undefined : 'Expected 100 as the last.'
}

export function planOf(draft: PlanDraft): Pick<Promotion, 'stages' | 'quality'> {
  const { soakS, minDecisions, isAsking } = draft
  const quality = BOUNDS.flatMap(([name]) => {
    const bound = draft.bounds[name]
    return bound === '' ? [] : [[name, name === 'latencyP95MaxMs' ? bound : bound / 100] as const]
  })
  return {
    stages: sharesOf(draft.shares).map((share, i) => ({
      ...{ share, soakS, minDecisions },
      ...(isAsking && i > 0 ? { gate: 'approval' as const } : {}),
    })),
    quality: Object.fromEntries(quality),
  }
}
