// Stage observe: what is asked of decisions, one by one for as long as they are kept, and of what they add up to.

import { z } from 'zod'
import { DecisionReason } from '../decision.ts'
import { Tier } from '../tier.ts'
import { Which } from './names.ts'
import { PageQuery } from './page.ts'

const deploymentId = z.string().max(100).optional()

/** Newest first by the devices' clocks; of one device by its own numbering. Times by what the device says: from, before. */
export const DecisionList = PageQuery.extend({
  limit: PageQuery.shape.limit.unwrap().default(50),
  /** Name or id. */
  device: z.string().min(1).max(200).optional(),
  deploymentId,
  tier: Tier.optional(),
  reason: DecisionReason.optional(),
  from: z.iso.datetime().optional(),
  before: z.iso.datetime().optional(),
})

/** Up to three months of hours, or any number of days or months of up to ten years, UTC. */
export const DecisionFigures = z
  .object({
    from: z.iso.datetime(),
    before: z.iso.datetime(),
    by: z.enum(['hour', 'day', 'month']).default('day'),
    deploymentId,
    group: z.string().max(100).optional(),
    tier: Tier.optional(),
  })
  .refine(({ from, before, by }) => daysBetween(from, before) <= (by === 'hour' ? 93 : 3_660), {
    path: ['before'],
    message: 'expected at most 93 days by hour, 3660 by day or month',
  })
export type DecisionFigures = z.infer<typeof DecisionFigures>

/** What a deployment saves at its devices, of its newest 10,000 decisions since then. */
export const DecisionSaving = z.object({
  /** Id, or version. */
  deployment: Which,
  sinceHours: z
    .number()
    .positive()
    .max(24 * 31)
    .default(24),
})

const daysBetween = (from: string, before: string): number =>
  (Date.parse(before) - Date.parse(from)) / (24 * 3_600_000)
