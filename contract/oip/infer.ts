// One inference in the Open Inference Protocol v2, as JSON: the whole message, or its head where tensors follow as
// binary data. `data` is left unread here: it may hold millions of numbers, and whoever knows the shape reads it
// in one pass (workers/oip/tensor). Parameters that nobody here knows are ignored, as the protocol asks; null stands
// for what is left out, as several servers write it.
// Source: inference_rest.md and Triton's extension_binary_data.md and extension_classification.md.

import { z } from 'zod'

const size = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)
const name = z.string().min(1).max(500)

/** A tensor as it travels: its numbers in `data`, or `binary_data_size` bytes of them behind the JSON. */
export const TensorMessage = z.object({
  name,
  datatype: z.string().max(20),
  shape: z.array(size).max(16),
  parameters: z.looseObject({ binary_data_size: size.optional() }).nullish(),
  data: z.unknown().optional(),
})
export type TensorMessage = z.infer<typeof TensorMessage>

export const RequestedOutput = z.object({
  name,
  parameters: z
    .looseObject({
      binary_data: z.boolean().optional(),
      /** So many best classes, as strings "score:index:label", in place of the scores. */
      classification: z.number().int().positive().max(Number.MAX_SAFE_INTEGER).optional(),
    })
    .nullish(),
})
export type RequestedOutput = z.infer<typeof RequestedOutput>

export const InferRequest = z.object({
  id: z.string().max(1_000).nullish(),
  parameters: z.looseObject({ binary_data_output: z.boolean().optional() }).nullish(),
  inputs: z.array(TensorMessage).min(1).max(16),
  outputs: z.array(RequestedOutput).max(16).nullish(),
})
export type InferRequest = z.infer<typeof InferRequest>

export const InferResponse = z.object({
  model_name: z.string().max(500).nullish(),
  model_version: z.string().max(500).nullish(),
  id: z.string().max(1_000).nullish(),
  outputs: z.array(TensorMessage).max(256),
})
export type InferResponse = z.infer<typeof InferResponse>

/** The length of the JSON where binary data follows it. */
export const HEADER_LENGTH = 'inference-header-content-length'
