// Energy of one answer at this device, by the power model: watts above idle times the time that it computed,
// plus the published energy of an upload where the image went to the edge (core/profile/published-upload.ts).

import type { ClassifyAnswer } from '#contract/classify.ts'
import type { Tier } from '#contract/tier.ts'
import { modelEnergyJ } from '#core/profile/energy-model.ts'
import { PUBLISHED_UPLOAD_J } from '#core/profile/published-upload.ts'
import type { ActivePower } from '../config.ts'

export function answerEnergyJ(
  tier: Tier,
  power: ActivePower,
  answer: ClassifyAnswer,
): ClassifyAnswer['energyJ'] {
  const busyMs = (answer.timingsMs.features ?? 0) + (answer.timingsMs[tier] ?? 0)
  const wasSent = answer.tier === 'edge' || answer.decision.reason === 'deadline'
  const uploadJ = tier === 'local' && wasSent ? PUBLISHED_UPLOAD_J : 0
  return { value: modelEnergyJ(power.watts, busyMs) + uploadJ, method: 'model' }
}
