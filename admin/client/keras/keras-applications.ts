// Which mode of preprocess_input each of Keras' applications was trained with, by the name that its config bears. The
// newer ones prepare pixels themselves, in layers of their own (Rescaling, Normalization), unless they were built without
// (`include_preprocessing=False`): then nothing in the config says what they expect.
// Source: keras-team/keras, keras/src/applications/*.py (preprocess_input of each), and imagenet_utils.py.

export type KerasMode = 'tf' | 'torch' | 'caffe' | 'raw'

export interface KerasApplication {
  readonly name: string
  readonly mode: KerasMode
  /** Of the square input, where nothing else says it. */
  readonly sidePx: number
}

const FAMILIES: readonly (readonly [pattern: RegExp, mode: KerasMode, sidePx: number])[] = [
  [/^vgg(16|19)$/, 'caffe', 224],
  [/^resnet(50|101|152)v2$/, 'tf', 224],
  [/^resnet(50|101|152)$/, 'caffe', 224],
  [/^densenet(121|169|201)$/, 'torch', 224],
  [/^(inceptionv3|inceptionresnetv2|xception)$/, 'tf', 299],
  [/^nasnetlarge$/, 'tf', 331],
  [/^nasnet(mobile)?$/, 'tf', 224],
  [/^mobilenetv3(large|small)/, 'raw', 224],
  [/^mobilenetv2/, 'tf', 224],
  [/^mobilenet/, 'tf', 224],
  [/^(efficientnetv2|convnext|regnet|resnetrs)/, 'raw', 224],
]

/** Each of the eight is trained for images of its own size. */
const EFFICIENTNET_SIDES = [224, 240, 260, 300, 380, 456, 528, 600]

/** By `keras.applications` name (MobileNetV2) or by the name in a config (mobilenetv2_1.00_224). */
export function kerasApplication(name: string): KerasApplication | undefined {
  // mobilenetv2_1.00_224: the number behind the last line is the side.
  const side = /_(\d{2,3})$/.exec(name)?.[1]
  const plain = name.toLowerCase().replace(/[-_ ]/g, '')
  const scaled = /^efficientnetb([0-7])$/.exec(plain)?.[1]
  if (scaled !== undefined) return { name, mode: 'raw', sidePx: EFFICIENTNET_SIDES[Number(scaled)]! }
  const found = FAMILIES.find(([pattern]) => pattern.test(plain))
  if (!found) return undefined
  const [, mode, sidePx] = found
  return { name, mode, sidePx: side === undefined ? sidePx : Number(side) }
}
