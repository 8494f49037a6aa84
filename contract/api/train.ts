// Stages select and train: what is asked of selections, evaluations and routers.

import { z } from 'zod'
import { Expectations, Weights } from '../results/expectations.ts'
import { FrontRouter } from '../results/selection.ts'
import { RouterKind } from '../router-kind.ts'
import { Which } from './names.ts'
import { PageQuery } from './page.ts'

export const SelectionDraft = z.object({
  dataset: z.string().min(1),
  models: z.array(z.string().min(1)).min(1).max(100).optional(),
  localDevice: z.string().optional(),
  edgeDevice: z.string().optional(),
  // Strict: a limit that is spelled wrong must not pass as one that is kept.
  expectations: z.strictObject({ ...Expectations.shape, weights: Weights.strict().optional() }).default({}),
  /** What the front of all pairs assumes of the router. */
  frontRouter: FrontRouter.default('confidence'),
  offloadShare: z.number().min(0).max(1).default(0.3),
})

/** Newest first. */
export const SelectionList = PageQuery.extend({ dataset: Which.optional() })

/** Newest first. */
export const EvaluationList = PageQuery.extend({
  selection: Which.optional(),
  state: z.enum(['running', 'done', 'failed']).optional(),
})

/** Newest version first. */
export const RouterList = PageQuery.extend({ selection: Which.optional(), kind: RouterKind.optional() })
