// Energy of one answer at this device, by the power model: watts above idle times the time that it computed,
// plus the published energy of an upload (core/profile/published-upload.ts) for each time that the image was sent to an
// edge for this answer, whoever answered in the end. Images that go along as probes, and audits, are not in it.

import type { ClassifyAnswer } from '#contract/classify.ts'
import type { Tier } from '#contract/tier.ts'
import { modelEnergyJ } from '#core/profile/energy-model.ts'
import { PUBLISHED_UPLOAD_J } from '#core/profile/published-upload.ts'
import type { ActivePower } from '../config.ts'

export function answerEnergyJ(
  tier: Tier,
  power: ActivePower,
  answer: ClassifyAnswer,
  uploads: number,
): ClassifyAnswer['energyJ'] {
  const busyMs = (answer.timingsMs.features ?? 0) + (answer.timingsMs[tier] ?? 0)
  return { value: modelEnergyJ(power.watts, busyMs) + uploads * PUBLISHED_UPLOAD_J, method: 'model' }
}
