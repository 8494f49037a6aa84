// Devices and their groups: what is asked of them.

import { z } from 'zod'
import { ModelName } from '../model.ts'
import { GroupOfDevices } from '../rollout.ts'
import { Tier } from '../tier.ts'
import { GroupName } from './names.ts'
import { PageQuery } from './page.ts'

/** As a device said last; `enrolled` where it has never said anything. */
export const DeviceState = z.enum(['enrolled', 'idle', 'installing', 'serving', 'failed', 'revoked'])
export type DeviceState = z.infer<typeof DeviceState>

/** In the order of names. */
export const DeviceList = PageQuery.extend({
  group: GroupOfDevices.optional(),
  tier: Tier.optional(),
  states: z.array(DeviceState).min(1).max(6).optional(),
  ids: z.array(z.string().max(100)).max(1_000).optional(),
})

export const EnrolmentDraft = z.object({ name: ModelName, tier: Tier, group: GroupName })
