// Which devices a stage holds. Every device has a place in [0, 1) that is drawn from the rollout and the device, so
// that another rollout meets other devices first; a stage holds all places up to its cut. The cut is set once, when
// the stage begins, at the place of its last device: small groups get exactly the share that was asked for, and a
// device that joins later is in or out by its own place and never pushes another one out.

import type { Stage } from '#contract/rollout.ts'

export interface StageDevice {
  readonly id: string
  readonly name: string
}

/** FNV-1a over the UTF-16 units, then the finaliser of MurmurHash3: ids that differ by one digit fall far apart. */
export function placeOf(rolloutId: string, deviceId: string): number {
  const text = `${rolloutId}/${deviceId}`
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 4294967296
}

/** Below every place: a stage of named devices holds nobody by place. */
const NOBODY = -1
const EVERYBODY = 1
/** 0.1 * 30 is 3.0000000000000004 in a double, and three devices are meant. */
const ROUNDING = 1e-9

/** At least one device, so that no stage succeeds by being empty. */
export function cutFor(stage: Stage, rolloutId: string, devices: readonly StageDevice[]): number {
  if (stage.devices !== undefined) return NOBODY
  if (stage.share >= 1) return EVERYBODY
  const places = devices.map(({ id }) => placeOf(rolloutId, id)).sort((a, b) => a - b)
  const count = Math.max(1, Math.ceil(stage.share * places.length - ROUNDING))
  return places[count - 1] ?? stage.share
}

/** `cuts` are those of the stages that have begun, in their order; a device once reached stays in. */
export function isReached(
  plan: { readonly stages: readonly Stage[]; readonly cuts: readonly number[]; readonly rolloutId: string },
  group: string,
  device: StageDevice,
): boolean {
  const place = placeOf(plan.rolloutId, device.id)
  return plan.stages
    .slice(0, plan.cuts.length)
    .some(
      (stage, i) =>
        stage.group === group && (place <= plan.cuts[i]! || stage.devices?.includes(device.name) === true),
    )
}
