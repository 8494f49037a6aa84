// The answer of POST /v1/classify, on both tiers. Every answer says which tier and model answered and why.

import { z } from 'zod'
import { Decision, Preference } from './decision.ts'
import { Energy } from './outcome.ts'
import { Tier } from './tier.ts'

export const ClassifyOptions = z.object({
  topK: z.coerce.number().int().min(1).max(5).default(1),
  preference: Preference.default('balanced'),
})
export type ClassifyOptions = z.infer<typeof ClassifyOptions>

export const RankedClass = z.object({
  /** At most what the database's integer holds: it becomes a decision's label. */
  index: z.number().int().nonnegative().max(2_147_483_647),
  name: z.string(),
  score: z.number(),
})
export type RankedClass = z.infer<typeof RankedClass>

/** What a classify function answers to its host: everything but what only the host knows. */
export const FunctionAnswer = z.object({
  labels: z.array(RankedClass).min(1).max(5),
  tier: Tier,
  model: z.string(),
  decision: Decision,
  timingsMs: z.record(z.string(), z.number()),
})
export type FunctionAnswer = z.infer<typeof FunctionAnswer>

export const ClassifyAnswer = FunctionAnswer.extend({
  energyJ: z.object({ value: z.number(), method: Energy.shape.method }),
  deployment: z.string(),
  /** True where the deployed function failed and the built-in path answered instead. */
  byFallback: z.boolean(),
})
export type ClassifyAnswer = z.infer<typeof ClassifyAnswer>

/** Errors that cross the network: a code from a closed list and a sentence for a human. */
export const ErrorBody = z.object({ error: z.object({ code: z.string(), message: z.string() }) })
export type ErrorBody = z.infer<typeof ErrorBody>
