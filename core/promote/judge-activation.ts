// How far the devices of a stage are. Both tiers are judged alike and apart: a pair is live in both halves or in
// none, and one dead edge device among two is half of what the local ones lean on.

import type { DeviceProgress, Stage } from '#contract/rollout.ts'

export type Activation =
  | { readonly is: 'failed'; readonly words: string }
  | { readonly is: 'late'; readonly words: string }
  | { readonly is: 'under-way'; readonly words: string }
  | { readonly is: 'done' }

/** Names that are told; a fleet may have thousands. */
const TOLD_MAX = 5
const TIERS = ['edge', 'local'] as const

/** Guards against 0.07 * 100 = 7.000000000000001. */
const ROUNDING = 1e-9

/** `dueFromMs`: when the devices' time began to run; each has `timeoutS` from then or from its own enrolment. */
export function judgeActivation(
  stage: Stage,
  devices: readonly DeviceProgress[],
  { dueFromMs, nowMs }: { readonly dueFromMs: number; readonly nowMs: number },
): Activation {
  const tiers = TIERS.map((tier) => ({ tier, all: devices.filter((d) => d.tier === tier) }))
  for (const { tier, all } of tiers) {
    const failed = all.filter((d) => d.state === 'failed')
    if (failed.length > stage.errorShare * all.length + ROUNDING)
      return {
        is: 'failed',
        words: `${failed.length} of ${all.length} ${tier} devices failed to activate it, expected at most ${Math.floor(stage.errorShare * all.length + ROUNDING)}: ${told(failed)}`,
      }
  }
  for (const { tier, all } of tiers) {
    const isOver = (fromMs: number) => nowMs - fromMs > stage.timeoutS * 1_000
    const late = all.filter((d) => d.state !== 'serving' && isOver(Math.max(dueFromMs, d.joinedAtMs)))
    if (all.length - late.length >= neededOf(stage, all.length) || !isOver(dueFromMs)) continue
    const who = all.length === 0 ? 'there is none' : told(late)
    return {
      is: 'late',
      words: `${late.length} of ${all.length} ${tier} devices did not serve it within ${stage.timeoutS} s: ${who}`,
    }
  }
  const behind = tiers.flatMap(({ tier, all }) => {
    const serving = all.filter((d) => d.state === 'serving').length
    const needed = neededOf(stage, all.length)
    return serving < needed
      ? [`${serving} of ${all.length} ${tier} devices serve it, expected ${needed}`]
      : []
  })
  return behind.length === 0 ? { is: 'done' } : { is: 'under-way', words: behind.join('; ') }
}

/** At least one of each tier: a stage whose devices are all gone has shown nothing. */
const neededOf = (stage: Stage, count: number): number =>
  Math.max(1, Math.ceil(stage.successShare * count - ROUNDING))

function told(devices: readonly DeviceProgress[]): string {
  const names = devices
    .slice(0, TOLD_MAX)
    .map((d) => (d.message === '' ? `"${d.name}" is ${d.state}` : `"${d.name}" says "${d.message}"`))
  const more = devices.length - names.length
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ')
}
