// What a server of the Open Inference Protocol v2 (KServe, Triton) says about itself and its models. Read as
// tolerantly as the protocol allows, since the server may be anybody's: only what a client needs must be there.
// Source: kserve/open-inference-protocol, specification/protocol/inference_rest.md.

import { z } from 'zod'

/** A dimension of -1 is free. */
export const TensorMetadata = z.object({
  name: z.string().min(1).max(500),
  datatype: z.string().min(1).max(20),
  shape: z.array(z.number().int().min(-1)).max(16),
})
export type TensorMetadata = z.infer<typeof TensorMetadata>

export const ModelMetadata = z.object({
  name: z.string().max(500),
  versions: z.array(z.string().max(200)).max(1_000).optional(),
  platform: z.string().max(500).default(''),
  inputs: z.array(TensorMetadata).max(256).default([]),
  outputs: z.array(TensorMetadata).max(256).default([]),
})
export type ModelMetadata = z.infer<typeof ModelMetadata>

export const ServerMetadata = z.object({
  name: z.string().max(500),
  version: z.string().max(500).default(''),
  extensions: z.array(z.string().max(500)).max(1_000).default([]),
})
export type ServerMetadata = z.infer<typeof ServerMetadata>

/** Names of extensions: the first two are Triton's. */
export const BINARY_EXTENSION = 'binary_tensor_data'
export const CLASSIFICATION_EXTENSION = 'classification'
/** Every model also takes encoded images as BYTES under the name `IMAGE_INPUT` in place of its own input. */
export const ENCODED_IMAGE_EXTENSION = 'encoded_image'
export const IMAGE_INPUT = 'image'
