// Devices and their groups: what is asked of them.

import { z } from 'zod'
import { ModelName } from '../model.ts'
import { GroupOfDevices } from '../rollout.ts'
import { Tier } from '../tier.ts'
import { GroupName, Which } from './names.ts'
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
  /** What its name contains. */
  named: z.string().trim().min(1).max(100).optional(),
})

/** Newest first: what it was told, what it said, what went wrong. */
export const DeviceLog = PageQuery.extend({
  name: Which,
  limit: PageQuery.shape.limit.unwrap().default(30),
})

/** Hour by hour, from the newest 100,000 of its decisions. */
export const DeviceEnergy = z.object({
  name: Which,
  hours: z
    .number()
    .int()
    .min(1)
    .max(24 * 7)
    .default(24),
})

export const EnrolmentDraft = z.object({ name: ModelName, tier: Tier, group: GroupName })
