// What a model file expects and answers. The platform does the preprocessing, so the contract is as much a
// part of the model as its weights: the same ONNX bytes with another crop are another classifier.
// Preprocessing is that of the usual evaluations (TF-Slim, torchvision, Caffe, Keras): crop, resize, normalise. What was
// added later is optional, so that old contracts keep their bytes; docs/zoo.md says which convention is which.

import { z } from 'zod'
import { ArtifactRef, Digest } from './digest.ts'

const channels = z.tuple([z.number(), z.number(), z.number()])

export const ModelInput = z
  .object({
    name: z.string().min(1),
    layout: z.enum(['nchw', 'nhwc']),
    dtype: z.enum(['uint8', 'float32']),
    width: z.number().int().min(1).max(1024),
    height: z.number().int().min(1).max(1024),
    /** Fraction of each side that the central crop keeps, rounded to whole pixels, e.g. 0.875. */
    crop: z.number().gt(0).max(1).default(1),
    /**
     * Instead of a crop: the whole image is scaled, in its proportions, until its short side is so many pixels, and the
     * middle width x height of that is the input. Which pixel is the middle one: core/preprocess/frame-of.ts.
     */
    shortSide: z.number().int().min(1).max(2048).optional(),
    /**
     * From the crop to width x height. `bilinear-antialias` widens the filter when it shrinks, as libvips does;
     * `bilinear-pillow` does so bit for bit as Pillow and torchvision. `bilinear` looks at four pixels with half-pixel
     * centres, as OpenCV and tf.image.resize; `bilinear-tf1` from the upper left, as TensorFlow 1 and TF-Slim did.
     * `nearest` is what Keras' load_img does.
     */
    resize: z
      .enum(['bilinear-antialias', 'bilinear', 'bilinear-pillow', 'bilinear-tf1', 'nearest'])
      .default('bilinear-antialias'),
    /** Order in the tensor; `rgb` where it is left out. Mean and std are told in RGB in any case. */
    channels: z.enum(['rgb', 'bgr']).optional(),
    /** Per RGB channel, on 0..255 pixels: value = (pixel - mean) / std. Must be 0 and 1 for uint8. */
    mean: channels.default([0, 0, 0]),
    std: channels.default([1, 1, 1]).refine((s) => s.every((v) => v > 0), 'expected positive numbers'),
  })
  .refine(({ shortSide, crop }) => shortSide === undefined || crop === 1, {
    path: ['shortSide'],
    message: 'expected either a crop or a short side',
  })
  .refine(({ shortSide, width, height }) => shortSide === undefined || shortSide >= Math.max(width, height), {
    path: ['shortSide'],
    message: 'expected no less than the input’s own sides',
  })
export type ModelInput = z.infer<typeof ModelInput>

export const ModelContract = z.object({
  input: ModelInput,
  output: z.object({
    name: z.string().min(1),
    kind: z.enum(['softmax', 'logits']),
    /**
     * How many numbers come before those of the first class: 1 for TF-Slim's models of 1001 outputs, whose first is
     * the background. They are left out before anything else looks at the output.
     */
    background: z.number().int().min(1).max(100).optional(),
  }),
})
export type ModelContract = z.infer<typeof ModelContract>

/** One name a class, in the order of the model's output. */
export const LabelList = z.array(z.string().min(1).max(500)).min(2).max(100_000)
export type LabelList = z.infer<typeof LabelList>

/** All that a device needs to load a model: the file, how to feed it and what its outputs are called. */
export const ModelRef = z.object({
  id: z.string(),
  name: z.string(),
  file: ArtifactRef,
  contract: ModelContract,
  /** JSON array of strings, a `LabelList`. */
  labels: ArtifactRef,
})
export type ModelRef = z.infer<typeof ModelRef>

export const ModelName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,79}$/, 'expected lower-case letters, digits, ".", "_" or "-", at most 80')

/** What an admin says when registering; input and output may be left out and are then read from the file. */
export const ModelDraft = z.object({
  name: ModelName,
  family: z.string().min(1).max(80).optional(),
  file: Digest,
  labels: Digest,
  contract: ModelContract,
  params: z.number().int().positive().optional(),
  layers: z.number().int().positive().optional(),
})
export type ModelDraft = z.infer<typeof ModelDraft>
