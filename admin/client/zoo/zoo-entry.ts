// What the catalogue of known models says of each. The digest is the model's identity: where its bytes come from does not
// matter, and other bytes are never taken for it. Everything here was read somewhere, and `evidence` says where, since
// a digest that somebody guessed would refuse the true file.

import { z } from 'zod'
import { Digest } from '#contract/digest.ts'
import { ModelContract, ModelInput, ModelName } from '#contract/model.ts'
import { PRESET_NAMES, presetInput } from './presets.ts'

export const Licence = z.object({ spdx: z.string().min(1), url: z.url() })
export type Licence = z.infer<typeof Licence>

export const ZooFile = z.object({
  /** Under this name in mirrors and folders; no two files of the catalogue share one. */
  file: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
  /** Left out where nobody publishes these bytes: then a mirror or a folder must have them. */
  url: z.url({ protocol: /^https$/ }).optional(),
  digest: Digest,
  sizeBytes: z.number().int().positive(),
  licence: Licence,
  /** Who says that the bytes are these. */
  evidence: z.string().min(1),
})
export type ZooFile = z.infer<typeof ZooFile>

const { name, layout, dtype, width, height } = ModelInput.shape

export const ZooModel = ZooFile.extend({
  name: ModelName,
  family: z.string().min(1).max(80),
  preset: z.enum(PRESET_NAMES),
  input: z.object({ name, layout, dtype, width, height }),
  output: ModelContract.shape.output,
  /** On the 50,000 validation images of ILSVRC2012. */
  top1Percent: z.number().gt(0).lt(100).optional(),
  /** Where that number and the preprocessing are published. */
  source: z.url(),
  note: z.string().optional(),
})
export type ZooModel = z.infer<typeof ZooModel>

export const contractOf = ({ preset, input, output }: ZooModel): ModelContract => ({
  input: presetInput(preset, input),
  output,
})
