// The usual preprocessing conventions by name: what must be known of a model beside its file, and is never in it. Each is
// that of the evaluation which published the numbers, so whoever registers a model with the right one gets those. Where
// the contract says less than the convention, the difference is told in docs/zoo.md.
//
//   tf-slim-inception  tensorflow/models, research/slim/preprocessing/inception_preprocessing.py
//   tf-slim-vgg        the same, vgg_preprocessing.py (VGG and ResNet v1)
//   torchvision        torchvision.transforms: Resize, CenterCrop, Normalize; also MXNet's and timm's models
//   caffe              BVLC's reference models: warped to 256, cut in the middle, BGR
//   efficientnet-lite  tensorflow/tpu, as onnx/models describes it
//   keras-*            keras.applications.imagenet_utils.preprocess_input by its modes, on images that were loaded by
//                      image_dataset_from_directory; keras-raw for models that prepare pixels themselves

import { ModelInput } from '#contract/model.ts'

export const PRESET_NAMES = [
  'tf-slim-inception',
  'tf-slim-vgg',
  'torchvision',
  'caffe',
  'efficientnet-lite',
  'keras-tf',
  'keras-torch',
  'keras-caffe',
  'keras-raw',
] as const
export type PresetName = (typeof PRESET_NAMES)[number]

type Channels = ModelInput['mean']

export interface Preset {
  readonly summary: string
  /** A fraction of each side; `warped` is what an input cut out of 256 x 256 keeps of it. */
  readonly crop?: number | 'warped'
  /** The short side is this many times the input's. */
  readonly shortSide?: number
  readonly resize: ModelInput['resize']
  readonly channels?: 'bgr'
  readonly mean: Channels
  readonly std: Channels
}

/** Of the 256 pixels of the short side the middle 224 are shown; 299 are the middle of 342. */
const USUAL_SHORT_SIDE = 256 / 224
const WARPED_SIDE = 256
const NO_MEAN: Channels = [0, 0, 0]
const NO_STD: Channels = [1, 1, 1]
const SIGNED: Channels = [127.5, 127.5, 127.5]
const TORCH_MEAN: Channels = [123.675, 116.28, 103.53]
const TORCH_STD: Channels = [58.395, 57.12, 57.375]
const CAFFE_MEAN: Channels = [123.68, 116.779, 103.939]

export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  'tf-slim-inception': {
    summary: 'Inception, MobileNet, ResNet v2 of TF-Slim: central 87.5 %, -1..1',
    ...{ crop: 0.875, resize: 'bilinear-tf1', mean: SIGNED, std: SIGNED },
  },
  'tf-slim-vgg': {
    summary: 'VGG, ResNet v1 of TF-Slim: short side 256, middle 224, less the mean',
    ...{ shortSide: USUAL_SHORT_SIDE, resize: 'bilinear-tf1', mean: [123.68, 116.78, 103.94], std: NO_STD },
  },
  torchvision: {
    summary: 'torchvision, timm, MXNet: short side 256, middle 224, mean and deviation of ImageNet',
    ...{ shortSide: USUAL_SHORT_SIDE, resize: 'bilinear-pillow', mean: TORCH_MEAN, std: TORCH_STD },
  },
  caffe: {
    summary: 'BVLC: warped to 256 x 256, middle 224 or 227, BGR, less 104, 117, 123',
    ...{ crop: 'warped', resize: 'bilinear', channels: 'bgr', mean: [123, 117, 104], std: NO_STD },
  },
  'efficientnet-lite': {
    summary: 'EfficientNet-Lite: short side 256, middle 224, (x - 127) / 128',
    ...{ shortSide: USUAL_SHORT_SIDE, resize: 'bilinear', mean: [127, 127, 127], std: [128, 128, 128] },
  },
  'keras-tf': {
    summary: 'Keras, mode tf: whole image, -1..1',
    ...{ crop: 1, resize: 'bilinear', mean: SIGNED, std: SIGNED },
  },
  'keras-torch': {
    summary: 'Keras, mode torch: whole image, mean and deviation of ImageNet',
    ...{ crop: 1, resize: 'bilinear', mean: TORCH_MEAN, std: TORCH_STD },
  },
  'keras-caffe': {
    summary: 'Keras, mode caffe: whole image, BGR, less the mean',
    ...{ crop: 1, resize: 'bilinear', channels: 'bgr', mean: CAFFE_MEAN, std: NO_STD },
  },
  'keras-raw': {
    summary: 'models that prepare pixels themselves: whole image, 0..255',
    ...{ crop: 1, resize: 'bilinear', mean: NO_MEAN, std: NO_STD },
  },
}

export interface InputShape extends Pick<ModelInput, 'name' | 'layout' | 'dtype' | 'width' | 'height'> {}

/** What the one who registers knows better than the preset. */
export interface InputChanges {
  readonly crop?: number | undefined
  readonly shortSide?: number | undefined
  readonly resize?: ModelInput['resize'] | undefined
}

/**
 * A contract's input by a preset. An input of 8 bits takes pixels as they are: what the convention does to them lies in
 * the model's quantisation then. Throws a ZodError where changes do not fit together.
 */
export function presetInput(preset: PresetName, shape: InputShape, changes: InputChanges = {}): ModelInput {
  const { crop, shortSide, resize, channels, mean, std } = PRESETS[preset]
  const { name, layout, dtype, width, height } = shape
  const side = Math.max(width, height)
  const framing =
    changes.crop !== undefined || changes.shortSide !== undefined
      ? { crop: changes.crop, shortSide: changes.shortSide }
      : shortSide !== undefined
        ? { shortSide: Math.round(side * shortSide) }
        : { crop: crop === 'warped' ? Math.min(1, side / WARPED_SIDE) : crop }
  const isBytes = dtype === 'uint8'
  return ModelInput.parse({
    ...{ name, layout, dtype, width, height },
    ...framing,
    resize: changes.resize ?? resize,
    channels,
    mean: isBytes ? NO_MEAN : mean,
    std: isBytes ? NO_STD : std,
  })
}

/** The preset by which an input is prepared; undefined where its numbers are somebody's own. */
export function presetOf(input: ModelInput): PresetName | undefined {
  const told = (of: ModelInput) =>
    JSON.stringify([of.crop, of.shortSide, of.resize, of.channels ?? 'rgb', of.mean, of.std])
  return PRESET_NAMES.find((preset) => told(presetInput(preset, input)) === told(input))
}
