// What the catalogue, the presets and Keras' own words become: contracts, or a reason why not.

import { describe, expect, test } from 'vitest'
import { kerasApplication } from '#admin/client/keras/keras-applications.ts'
import { readKerasConfig } from '#admin/client/keras/keras-config.ts'
import {
  contractOfApplication,
  contractOfKeras,
  type KerasChanges,
} from '#admin/client/keras/keras-contract.ts'
import { IMAGENET_LABELS, KNOWN_MODELS } from '#admin/client/zoo/known-models.ts'
import { type Import, presetContract } from '#admin/client/zoo/preset-contract.ts'
import { PRESET_NAMES, PRESETS, presetInput, presetOf } from '#admin/client/zoo/presets.ts'
import { contractOf, ZooFile, ZooModel } from '#admin/client/zoo/zoo-entry.ts'
import { ModelContract } from '#contract/model.ts'

describe('the catalogue', () => {
  test.each(KNOWN_MODELS.map((model) => [model.name, model] as const))('%s is whole', (_, model) => {
    expect(ZooModel.parse(model)).toEqual(model)
    expect(ModelContract.parse(contractOf(model))).toEqual(contractOf(model))
  })

  test('names each model, file and digest once, and pins every address to a commit', () => {
    const files = [...KNOWN_MODELS, ZooFile.parse(IMAGENET_LABELS)]
    for (const key of ['file', 'digest'] as const)
      expect(new Set(files.map((file) => file[key])).size).toBe(files.length)
    expect(new Set(KNOWN_MODELS.map(({ name }) => name)).size).toBe(KNOWN_MODELS.length)
    const addresses = files.flatMap(({ url }) => url ?? [])
    expect(addresses.filter((url) => !/\/[0-9a-f]{40}\//.test(url))).toEqual([])
  })
})

describe('a preset', () => {
  const shape = { name: 'x', layout: 'nchw', dtype: 'float32', width: 224, height: 224 } as const
  test.each(PRESET_NAMES)('%s fits a float input, and leaves pixels to one of 8 bits', (name) => {
    const input = presetInput(name, shape)
    expect(input.crop === 1 || input.shortSide === undefined).toBe(true)
    const { mean, std } = presetInput(name, { ...shape, dtype: 'uint8' })
    expect([mean, std]).toEqual([
      [0, 0, 0],
      [1, 1, 1],
    ])
  })

  test.each(PRESET_NAMES)('%s is known again by what it made', (name) => {
    const own = presetInput(name, shape)
    expect(PRESETS[presetOf(own)!]).toMatchObject({ resize: own.resize })
    expect(presetOf({ ...own, std: [2, 2, 2] })).toBeUndefined()
    // Chosen one after the other, nothing of the one before is left.
    for (const before of PRESET_NAMES) expect(presetInput(name, presetInput(before, shape))).toEqual(own)
  })

  test('scales with the input: 299 are shown of 342, and 227 of 256', () => {
    const side = (px: number) => ({ ...shape, width: px, height: px })
    expect(presetInput('torchvision', side(299)).shortSide).toBe(342)
    expect(presetInput('tf-slim-vgg', side(224)).shortSide).toBe(256)
    expect(presetInput('caffe', side(227)).crop).toBeCloseTo(227 / 256, 12)
  })

  test('makes of a grey of 255 what the convention does', () => {
    const white = (name: (typeof PRESET_NAMES)[number]) => {
      const { mean, std } = presetInput(name, shape)
      return mean.map((m, c) => (255 - m) / std[c]!)
    }
    expect(white('tf-slim-inception')).toEqual([1, 1, 1])
    for (const [c, mean] of [0.485, 0.456, 0.406].entries())
      expect(white('torchvision')[c]).toBeCloseTo((1 - mean) / [0.229, 0.224, 0.225][c]!, 12)
    expect(white('keras-raw')).toEqual([255, 255, 255])
  })
})

describe('an ONNX file by a preset', () => {
  const declared = (
    input: (number | string)[],
    output: (number | string)[],
    { dtype = 'float32', name = 'logits' } = {},
  ) => ({
    inputs: [{ name: 'in', dtype, shape: input }],
    outputs: [{ name, dtype: 'float32', shape: output }],
  })
  const said: Import = { name: 'm', preset: 'torchvision', classes: 1000 }

  test('takes names and layout from the file', () => {
    const { input, output } = presetContract(declared(['N', 3, 224, 192], ['N', 1000, 1, 1]), said)
    expect(input).toMatchObject({ name: 'in', layout: 'nchw', width: 192, height: 224, shortSide: 256 })
    expect(output).toEqual({ name: 'logits', kind: 'logits', background: undefined })
  })

  test('leaves out the background of TF-Slim’s 1001 outputs', () => {
    const slim = { ...said, preset: 'tf-slim-inception' } as const
    const model = declared([1, 224, 224, 3], [1, 1001], { name: 'MobilenetV1/Predictions/Reshape_1:0' })
    expect(presetContract(model, slim).output).toMatchObject({ kind: 'softmax', background: 1 })
  })

  test('may be told what it does not say', () => {
    const more = { side: 160, crop: 1, resize: 'nearest', output: 'softmax', background: 24 } as const
    const { input, output } = presetContract(declared([1, 'h', 'w', 3], [1, 1024]), { ...said, ...more })
    expect(input).toMatchObject({ layout: 'nhwc', width: 160, height: 160, crop: 1, resize: 'nearest' })
    expect(input.shortSide).toBeUndefined()
    expect(output).toMatchObject({ kind: 'softmax', background: 24 })
  })

  test.each<[string, ReturnType<typeof declared>, Partial<Import>, string]>([
    ['of open size', declared([1, 3, 'h', 'w'], [1, 1000]), {}, 'left open, expected --side'],
    ['of one channel', declared([1, 1, 28, 28], [1, 10]), {}, 'expected an RGB image'],
    [
      'of half precision',
      declared([1, 3, 8, 8], [1, 9], { dtype: 'float16' }),
      {},
      'expected float32 or uint8',
    ],
    ['of more outputs', declared([1, 3, 8, 8], [1, 1001]), {}, 'or --background 1'],
    ['of fewer outputs', declared([1, 3, 8, 8], [1, 10]), {}, '10 outputs and the labels name 1000'],
    ['without that output', declared([1, 3, 8, 8], [1, 9]), { outputName: 'aux' }, 'it has no output "aux"'],
    [
      'whose short side is too short',
      declared([1, 3, 224, 224], [1, 1000]),
      { shortSide: 200 },
      'expected no less than the input’s own sides',
    ],
  ])('%s is refused', (_, model, more, message) => {
    expect(() => presetContract(model, { ...said, ...more })).toThrow(message)
  })
})

/** As to_json() writes, less what nobody reads. */
const keras = (name: string, ...layers: [kind: string, config?: object][]) =>
  JSON.stringify({
    class_name: 'Functional',
    config: { name, layers: layers.map(([kind, config]) => layer(kind, config)) },
  })
const layer = (class_name: string, config: object = {}) => ({
  class_name,
  name: class_name.toLowerCase(),
  config: { name: class_name.toLowerCase(), ...config },
})
const IMAGE: [string, object] = ['InputLayer', { name: 'input_1', batch_input_shape: [null, 160, 160, 3] }]
const IMAGE_3: [string, object] = [
  'InputLayer',
  {
    batch_shape: [null, 160, 160, 3],
    dtype: { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' } },
  },
]
const TOP: [string, object] = ['Dense', { name: 'predictions', units: 10, activation: 'softmax' }]
const INSIDE: [string, object] = [
  'Functional',
  { name: 'mobilenetv2_1.00_160', layers: [layer(...IMAGE), layer('Conv2D')] },
]
const made = (text: string, changes: KerasChanges = {}) =>
  contractOfKeras(readKerasConfig(text, 'model.json'), changes).contract

describe('a Keras model', () => {
  test('that is an application is fed by its mode', () => {
    expect(made(keras('resnet50', IMAGE, ['ZeroPadding2D'], ['Conv2D'], TOP))).toEqual({
      input: {
        ...{ name: 'input_1', layout: 'nhwc', dtype: 'float32', width: 160, height: 160 },
        ...{ crop: 1, shortSide: undefined, resize: 'bilinear', channels: 'bgr' },
        ...{ mean: [123.68, 116.779, 103.939], std: [1, 1, 1] },
      },
      output: { name: 'predictions', kind: 'softmax' },
    })
  })

  test.each([
    ['with an application inside', keras('mine', IMAGE, ['RandomFlip'], INSIDE, TOP), 127.5],
    [
      'that rescales by itself',
      keras('mine', IMAGE_3, ['Rescaling', { scale: 1 / 255 }], ['Conv2D'], TOP),
      0,
    ],
    ['that rescales before an application', keras('mine', IMAGE, ['Rescaling'], INSIDE, TOP), 0],
    ['that ends in logits', keras('xception', IMAGE, ['Dense', { activation: 'linear' }]), 127.5],
  ])('%s is fed by what that says', (_, text, mean) => {
    expect(made(text).input.mean).toEqual([mean, mean, mean])
  })

  test('that tells nothing takes what it is told', () => {
    const changes = { mode: 'torch', inputName: 'x', outputName: 'y', resize: 'nearest' } as const
    const { input, output } = made(keras('mine', IMAGE, ['Conv2D'], TOP), changes)
    expect(input).toMatchObject({ name: 'x', resize: 'nearest', mean: [123.675, 116.28, 103.53] })
    expect(output.name).toBe('y')
  })

  test.each([
    ['that tells nothing', keras('mine', IMAGE, ['Conv2D'], TOP), 'expected --mode'],
    [
      'that computes on pixels',
      keras('mine', IMAGE, ['TFOpLambda'], INSIDE, TOP),
      'cannot be read, expected --mode',
    ],
    ['built without preprocessing', keras('MobilenetV3small', IMAGE, ['Conv2D'], TOP), 'was built without'],
    [
      'of open size',
      keras('vgg16', ['InputLayer', { batch_shape: [null, null, null, 3] }], TOP),
      'any, any, any, 3], expected a fixed',
    ],
    [
      'of one channel',
      keras('vgg16', ['InputLayer', { batch_shape: [null, 9, 9, 1] }], TOP),
      'three channels',
    ],
    ['of numbers', keras('vgg16', ['InputLayer', { batch_shape: [null, 9] }], TOP), 'no shape of an image'],
    ['of many labels', keras('vgg16', IMAGE, ['Dense', { activation: 'sigmoid' }]), 'ends in sigmoid'],
    ['that is a zip', 'PK\u0003\u0004', 'expected the config.json that lies in it'],
    ['that is no JSON', 'layers:', 'is not JSON'],
    ['that is no model', '{"layers": []}', 'is no model of layers'],
  ])('%s is refused', (_, text, message) => {
    expect(() => made(text)).toThrow(message)
  })

  test.each([
    ['MobileNetV2', 'tf', 224],
    ['mobilenet_1.00_128', 'tf', 128],
    ['MobileNetV3Large', 'raw', 224],
    ['ResNet50', 'caffe', 224],
    ['ResNet152V2', 'tf', 224],
    ['DenseNet121', 'torch', 224],
    ['inception_v3', 'tf', 299],
    ['EfficientNetB3', 'raw', 300],
    ['NASNetLarge', 'tf', 331],
  ] as const)('%s of keras.applications is of mode %s and side %i', (name, mode, sidePx) => {
    expect(kerasApplication(name)).toMatchObject({ mode, sidePx })
    expect(contractOfApplication(name).contract.input.width).toBe(sidePx)
  })

  test.each(['resnet51', 'AlexNet', ''])('nobody knows %j', (name) => {
    expect(() => contractOfApplication(name)).toThrow('Cannot find Keras application')
  })
})
