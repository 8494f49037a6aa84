// The answer of POST /v1/classify, on both tiers. Every answer says which tier and model answered and why.

import { z } from 'zod'
import { Decision, Preference } from './decision.ts'
import { FeatureName } from './features.ts'
import { Energy } from './outcome.ts'
import { Tier } from './tier.ts'

/** Images of one request, at most. */
export const BATCH_MAX = 32
/** Twice a 12-megapixel JPEG of a Pi camera. */
export const IMAGE_MAX_BYTES = 16 * 1024 ** 2
/** A batch as it is sent, with what separates its images. */
export const BATCH_MAX_BYTES = 64 * 1024 ** 2

/** From the query, or from the headers of `OPTION_HEADERS`; the query wins. */
export const ClassifyOptions = z.object({
  topK: z.coerce.number().int().min(1).max(5).default(1).describe('Classes in the answer, best first.'),
  preference: Preference.optional().describe(
    'What matters to this client; the deployment says what where it is left out, or else `balanced`.',
  ),
  deadlineMs: z.coerce
    .number()
    .int()
    .min(10)
    .max(60_000)
    .optional()
    .describe(
      'How long the client waits. What is left of it bounds the time for the edge tier; a request that cannot be answered by then, as the line of others stands, is refused with `late` at once.',
    ),
  explain: z
    .enum(['features'])
    .optional()
    .describe('What to tell beside: `features`, those of the image that the router has looked at.'),
})
export type ClassifyOptions = z.infer<typeof ClassifyOptions>

export const OPTION_HEADERS: Record<keyof ClassifyOptions, string> = {
  topK: 'tandem-top-k',
  preference: 'tandem-preference',
  deadlineMs: 'tandem-deadline-ms',
  explain: 'tandem-explain',
}

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
  /** Where they were asked for, and the router has looked at any. */
  features: z
    .array(z.object({ name: FeatureName, value: z.number() }))
    .min(1)
    .max(100)
    .optional(),
})
export type FunctionAnswer = z.infer<typeof FunctionAnswer>

export const ClassifyAnswer = FunctionAnswer.extend({
  energyJ: z.object({ value: z.number(), method: Energy.shape.method }),
  deployment: z.string(),
  /** True where the deployed function failed and the built-in path answered instead. */
  byFallback: z.boolean(),
}).meta({ id: 'ClassifyAnswer', description: 'What was seen, and which tier and model answered and why.' })
export type ClassifyAnswer = z.infer<typeof ClassifyAnswer>

/** Errors that cross the network: a code from a closed list and a sentence for a human. */
export const ErrorBody = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      /** As in `x-request-id`, where the answer has one. */
      requestId: z.string().optional(),
    }),
  })
  .meta({ id: 'Error', description: 'A code for programs and a sentence for people.' })
export type ErrorBody = z.infer<typeof ErrorBody>

/** The answer to several images, in their order: what is wrong with one is told in its place. */
export const BatchAnswer = z
  .object({
    answers: z
      .array(z.union([ClassifyAnswer, ErrorBody]))
      .min(2)
      .max(BATCH_MAX),
  })
  .meta({ id: 'BatchAnswer', description: 'In the order of the images; an error in the place of its image.' })
export type BatchAnswer = z.infer<typeof BatchAnswer>

/** GET /healthz: the process runs. */
export const Health = z.object({ status: z.literal('ok') }).meta({ id: 'Health' })
export type Health = z.infer<typeof Health>

/** GET /readyz: with 200 a deployment answers images; with 503 none does, or the worker is about to end. */
export const Readiness = z
  .object({
    deployment: z.string().nullable(),
    version: z.number().int().positive().nullable(),
    draining: z.literal(true).optional(),
  })
  .meta({ id: 'Readiness' })
export type Readiness = z.infer<typeof Readiness>
