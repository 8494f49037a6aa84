// What a function finds in its environment. VISION and EDGE are service bindings (objects with `fetch`) in
// every driver of the function host, so that one bundle runs in workerd, in Miniflare and in a Node thread;
// requests and answers are the JSON below. The image itself never enters the function: it travels as a handle.
//
//   VISION  POST http://vision/features  FeaturesCall -> FeaturesResult
//           POST http://vision/infer     InferCall    -> InferResult
//   EDGE    POST http://edge/classify    EdgeCall     -> EdgeResult
//   DEPLOYMENT  text binding: JSON of a FunctionDeployment

import { z } from 'zod'
import { RankedClass } from './classify.ts'
import { DecisionReason, Preference } from './decision.ts'
import { Policy } from './deployment.ts'
import { FeatureName } from './features.ts'
import { Tier } from './tier.ts'

/** Header in which the host hands a function the image's handle. */
export const IMAGE_HANDLE_HEADER = 'x-tandem-image'

export const FeaturesCall = z.object({ image: z.string(), names: z.array(FeatureName).min(1) })
export type FeaturesCall = z.infer<typeof FeaturesCall>
/** Values in the order of `names`. */
export const FeaturesResult = z.object({ values: z.array(z.number()), ms: z.number() })
export type FeaturesResult = z.infer<typeof FeaturesResult>

const fraction = z.number().min(0).max(1)
/** Rounding of a sum such as 0.1 + 0.9 is no fault of the caller's. */
const FRACTION_SLACK = 1e-9

/** A part of the image, in fractions of its width and height, that the model sees in place of its own central crop. */
export const Crop = z
  .object({ x: fraction, y: fraction, width: fraction.gt(0), height: fraction.gt(0) })
  .refine(
    ({ x, y, width, height }) => x + width <= 1 + FRACTION_SLACK && y + height <= 1 + FRACTION_SLACK,
    'expected a part that lies inside of the image',
  )
export type Crop = z.infer<typeof Crop>

export const InferCall = z.object({
  image: z.string(),
  topK: z.number().int().min(1).max(5),
  /** A host that is older than the field infers the central crop. */
  crop: Crop.optional(),
})
export type InferCall = z.infer<typeof InferCall>
export const InferResult = z.object({
  model: z.string(),
  labels: z.array(RankedClass).min(1),
  ms: z.number(),
})
export type InferResult = z.infer<typeof InferResult>

export const EdgeCall = z.object({ image: z.string(), topK: z.number().int().min(1).max(5) })
export type EdgeCall = z.infer<typeof EdgeCall>
/** A refusal of the edge is an answer, not an error: the function then answers locally. */
export const EdgeResult = z.union([
  z.object({
    ok: z.literal(true),
    model: z.string(),
    labels: z.array(RankedClass).min(1),
    ms: z.number(),
    /** Spent on a local inference meanwhile, in case that the edge were late: it belongs into the answer's timings. */
    localMs: z.number().optional(),
  }),
  z.object({ ok: z.literal(false), reason: DecisionReason, message: z.string(), ms: z.number() }),
])
export type EdgeResult = z.infer<typeof EdgeResult>

/** Running means of what one image takes and costs this device, each where it is known. */
export const Expected = z.object({
  localMs: z.number().nonnegative().optional(),
  edgeMs: z.number().nonnegative().optional(),
  localJ: z.number().nonnegative().optional(),
  edgeJ: z.number().nonnegative().optional(),
  /** No edge can be asked at this moment, for this reason: EDGE would answer with it, a call later. */
  edgeRefuses: DecisionReason.optional(),
})
export type Expected = z.infer<typeof Expected>

/** What the host asks of a function: POST /classify with this body and the image's handle in a header. */
export const FunctionRequest = z.object({
  topK: z.number().int().min(1).max(5),
  preference: Preference,
  /** A uniform number in [0, 1) for routers that draw lots. */
  lot: z.number().min(0).lt(1),
  /** What the answer should tell beside. A function may leave it out. */
  explain: z.enum(['features']).optional(),
  /** What the host knows beforehand. A host that is older than the field tells nothing. */
  expected: Expected.optional(),
})
export type FunctionRequest = z.infer<typeof FunctionRequest>

export const FunctionDeployment = z.object({
  id: z.string(),
  tier: Tier,
  routerVersion: z.number().int().positive(),
  /** A RouterDocument, checked by whoever uses it. */
  router: z.unknown(),
  policy: Policy,
})
export type FunctionDeployment = z.infer<typeof FunctionDeployment>
