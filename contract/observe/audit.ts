// What an image that stayed on its device would have been answered at the edge: one in so many is sent there too,
// after the client has its answer, to learn how often the tiers disagree where nobody would notice.

import { z } from 'zod'

/** The best class of one tier, and how sure it was. */
export const TierLabel = z.object({
  /** At most what the database's integer holds. */
  label: z.number().int().nonnegative().max(2_147_483_647),
  score: z.number(),
})
export type TierLabel = z.infer<typeof TierLabel>

/** Numbered with the decisions of its device, behind the one that it is about. */
export const AuditRecord = z.object({
  kind: z.literal('audit'),
  sequence: z.number().int().positive(),
  at: z.iso.datetime(),
  deploymentId: z.string(),
  /** The decision's sequence. */
  of: z.number().int().positive(),
  local: TierLabel,
  edge: TierLabel,
})
export type AuditRecord = z.infer<typeof AuditRecord>
