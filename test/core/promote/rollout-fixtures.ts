// Rollouts and what is seen of them, as short as a table of cases needs them.

import type {
  DeviceProgress,
  QualityBounds,
  QualityFigures,
  RolloutObservation,
  Stage as StageOf,
} from '#contract/rollout.ts'
import { Stage } from '#contract/rollout.ts'
import type { RolloutProgress } from '#core/promote/advance-rollout.ts'

export const stageOf = (more: Partial<StageOf> = {}): StageOf => Stage.parse({ group: 'field', ...more })

/** `local: 'sswif'`: two serving, one waiting, one installing, one failed. */
export function devicesOf({ local = '', edge = 's' }: { local?: string; edge?: string }): DeviceProgress[] {
  const state = { s: 'serving', w: 'waiting', i: 'installing', f: 'failed' } as const
  const of = (tier: 'local' | 'edge', letters: string) =>
    [...letters].map((letter, i) => ({
      name: `${tier}-${i}`,
      tier,
      state: state[letter as keyof typeof state],
      message: letter === 'f' ? 'no memory' : '',
      joinedAtMs: 0,
    }))
  return [...of('edge', edge), ...of('local', local)]
}

export const figures = (more: Partial<QualityFigures> = {}): QualityFigures => ({
  decisions: 0,
  offloadShare: null,
  fallbackShare: null,
  edgeFailureShare: null,
  latencyP95Ms: null,
  disagreement: null,
  ...more,
})

export const seen = (local: string, edge = 's', quality = figures()): RolloutObservation => ({
  devices: devicesOf({ local, edge }),
  quality,
})

export function progress(
  stages: readonly Partial<StageOf>[],
  more: Partial<Omit<RolloutProgress, 'plan'>> & { quality?: QualityBounds } = {},
): RolloutProgress {
  const { quality = {}, ...rest } = more
  return {
    state: 'running',
    plan: { stages: stages.map(stageOf), quality },
    activeStages: 1,
    approvedStages: 0,
    clockFromMs: 0,
    soakFromMs: null,
    completionNeeds: null,
    ...rest,
  }
}
