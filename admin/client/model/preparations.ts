// The usual ways in which pixels are prepared for a classifier, by the name of the library that trained it: who registers
// a model rarely knows these numbers by heart, and a wrong one costs accuracy without any error.
// Sources: torchvision's ImageNet evaluation; TF-Slim's inception_preprocessing.py and vgg_preprocessing.py; Keras'
// imagenet_utils.py for Caffe's models.

import type { ModelInput } from '#contract/model.ts'

type Way = Pick<ModelInput, 'crop' | 'resize' | 'mean' | 'std'> & Pick<Partial<ModelInput>, 'channels'>

export interface KnownPreparation extends Way {
  readonly name: string
  /** Whose models want it. */
  readonly of: string
  /** The short side is scaled to this times the input's own, where there is no crop. */
  readonly shortSideOver?: number
}

const IMAGENET_MEANS: ModelInput['mean'] = [123.68, 116.779, 103.939]
/** 256 to 224 pixels. */
const USUAL = 256 / 224

export const PREPARATIONS: readonly KnownPreparation[] = [
  {
    ...{ name: 'torchvision', of: 'torchvision and most PyTorch exports' },
    ...{ crop: 1, shortSideOver: USUAL, resize: 'bilinear-pillow' },
    ...{ mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] },
  },
  {
    ...{ name: 'tf-slim', of: 'TF-Slim: Inception, MobileNet, ResNet v2' },
    ...{ crop: 0.875, resize: 'bilinear-tf1' },
    ...{ mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] },
  },
  {
    ...{ name: 'tf-slim-vgg', of: 'TF-Slim: VGG, ResNet v1' },
    ...{ crop: 1, shortSideOver: USUAL, resize: 'bilinear-tf1' },
    ...{ mean: IMAGENET_MEANS, std: [1, 1, 1] },
  },
  {
    ...{ name: 'caffe', of: 'Caffe and Keras: VGG, ResNet v1, blue first' },
    ...{ crop: 1, shortSideOver: USUAL, resize: 'bilinear', channels: 'bgr' },
    ...{ mean: IMAGENET_MEANS, std: [1, 1, 1] },
  },
  {
    ...{ name: 'unit', of: 'models that expect values from 0 to 1' },
    ...{ crop: 1, resize: 'bilinear-antialias' },
    ...{ mean: [0, 0, 0], std: [255, 255, 255] },
  },
  {
    ...{ name: 'raw', of: 'models that prepare pixels themselves, and all of 8-bit input' },
    ...{ crop: 1, resize: 'bilinear-antialias' },
    ...{ mean: [0, 0, 0], std: [1, 1, 1] },
  },
]

/** The same input, fed that way. */
export function preparedBy(input: ModelInput, way: KnownPreparation): ModelInput {
  const { name, layout, dtype, width, height } = input
  const { shortSideOver, channels, crop, resize, mean, std } = way
  const side = Math.min(width, height)
  return {
    ...{ name, layout, dtype, width, height, crop, resize, mean, std },
    ...(shortSideOver === undefined
      ? {}
      : { shortSide: Math.max(Math.round(side * shortSideOver), width, height) }),
    ...(channels === undefined ? {} : { channels }),
  }
}

export function isPrepared(input: ModelInput, way: KnownPreparation): boolean {
  const wanted = preparedBy(input, way)
  const { crop, shortSide, resize, channels, mean, std } = input
  return (
    crop === wanted.crop &&
    shortSide === wanted.shortSide &&
    resize === wanted.resize &&
    (channels ?? 'rgb') === (wanted.channels ?? 'rgb') &&
    `${mean}` === `${wanted.mean}` &&
    `${std}` === `${wanted.std}`
  )
}
