// The control plane's own work: its kinds, its states, and what is asked of its list.

import { z } from 'zod'
import { PageQuery } from './page.ts'

/** Asked for by somebody; the others are housekeeping, which asks for itself. */
export const ASKED_KINDS = ['training', 'forest-import', 'evaluation'] as const

export const WorkKind = z.enum([
  ...ASKED_KINDS,
  'decision-roll-up',
  'decision-retention',
  'artifact-collection',
])
export type WorkKind = z.infer<typeof WorkKind>

export const WorkState = z.enum(['queued', 'running', 'done', 'failed', 'cancelled'])
export type WorkState = z.infer<typeof WorkState>

export const WorkProgress = z.object({
  step: z.string(),
  done: z.number().int(),
  total: z.number().int(),
})
export type WorkProgress = z.infer<typeof WorkProgress>

/** Newest first. */
export const WorkList = PageQuery.extend({
  /** What somebody asked for, where it is left out. */
  kinds: z
    .array(WorkKind)
    .min(1)
    .default([...ASKED_KINDS]),
  states: z.array(WorkState).min(1).max(5).optional(),
})
