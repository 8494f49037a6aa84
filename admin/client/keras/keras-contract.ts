// From what Keras says of a model to a contract: `tandem import keras-contract`. Sizes, types and names are in the config.
// How pixels are prepared is there only where layers do it; else it is known by the application that the model is, or is
// built on. Where neither tells, nothing is guessed: a model that is fed wrongly gives no error, only bad answers.

import { ModelContract } from '#contract/model.ts'
import { CommandFailed } from '../command-failed.ts'
import { type InputChanges, type InputShape, presetInput } from '../zoo/presets.ts'
import { type KerasMode, kerasApplication } from './keras-applications.ts'
import type { KerasLayer, KerasModel } from './keras-config.ts'

export interface KerasChanges extends InputChanges {
  readonly mode?: KerasMode | undefined
  /** As the converter to ONNX has named them, where that is otherwise. */
  readonly inputName?: string | undefined
  readonly outputName?: string | undefined
}

/** Layers that prepare pixels by numbers which are in the model. */
const PREPARES = new Set(['Rescaling', 'Normalization'])
/** Layers that change pixels in ways which the config cannot be read for, or before which no contract could stand. */
const OPAQUE =
  /^(Lambda|TFOpLambda|SlicingOpLambda|TensorFlowOpLayer|Resizing|CenterCrop|TrueDivide|Divide|Subtract|GetItem|Stack)$/
const PASSES = /^(InputLayer|ZeroPadding2D|Random\w+|Dropout|Cast)$/

export interface KerasContract {
  readonly contract: ModelContract
  readonly because: string
}

export function contractOfKeras(model: KerasModel, changes: KerasChanges = {}): KerasContract {
  const name = model.names[0] ?? 'model'
  const shape = inputShape(model, changes)
  const { mode, because } = changes.mode ? { mode: changes.mode, because: 'as you say' } : modeOf(model)
  const last = model.layers.at(-1)!
  return {
    contract: ModelContract.parse({
      input: presetInput(`keras-${mode}`, shape, changes),
      output: { name: changes.outputName ?? last.name, kind: outputKind(last, name) },
    }),
    because,
  }
}

/** By the application's name alone: what keras.applications builds with its own weights and defaults. */
export function contractOfApplication(text: string, changes: KerasChanges = {}): KerasContract {
  const application = kerasApplication(text)
  if (!application)
    throw new CommandFailed(
      `Cannot find Keras application "${text}": expected one such as MobileNetV2, ResNet50 or EfficientNetB0, or a file`,
    )
  const { mode, sidePx } = application
  const shape = {
    name: changes.inputName ?? 'input_1',
    ...({ layout: 'nhwc', dtype: 'float32', width: sidePx, height: sidePx } as const),
  }
  return {
    contract: ModelContract.parse({
      input: presetInput(`keras-${changes.mode ?? mode}`, shape, changes),
      output: { name: changes.outputName ?? 'predictions', kind: 'softmax' },
    }),
    because: mode === 'raw' ? `${text} prepares pixels itself` : `${text} was trained in mode ${mode}`,
  }
}

const cannot = (name: string, what: string) =>
  new CommandFailed(`Cannot make a contract of Keras model "${name}": ${what}`)

function inputShape({ names, layers }: KerasModel, { inputName }: KerasChanges): InputShape {
  const name = names[0] ?? 'model'
  const first = layers.find(({ shape }) => shape !== undefined)
  if (first?.shape?.length !== 4) throw cannot(name, 'it says no shape of an image, expected one input')
  const [, a, b, c] = first.shape
  const spelled = `its input is [${first.shape.map((size) => size ?? 'any').join(', ')}]`
  const layout = c === 3 ? 'nhwc' : a === 3 ? 'nchw' : undefined
  if (layout === undefined) throw cannot(name, `${spelled}, expected an image of three channels`)
  const [height, width] = layout === 'nhwc' ? [a, b] : [b, c]
  if (!height || !width) throw cannot(name, `${spelled}, expected a fixed height and width`)
  const dtype = first.dtype === 'uint8' ? 'uint8' : 'float32'
  return { name: inputName ?? first.name, layout, dtype, width, height }
}

function modeOf({ names, layers }: KerasModel): { mode: KerasMode; because: string } {
  const name = names[0] ?? 'model'
  const deciding = layers.find(({ kind }) => !PASSES.test(kind))
  if (deciding && PREPARES.has(deciding.kind))
    return { mode: 'raw', because: `layer "${deciding.name}" prepares pixels itself` }
  if (deciding && OPAQUE.test(deciding.kind))
    throw cannot(
      name,
      `layer "${deciding.name}" (${deciding.kind}) changes pixels in a way that cannot be read, expected --mode`,
    )
  const known = names.flatMap((own) => kerasApplication(own) ?? [])[0]
  if (!known)
    throw cannot(name, 'it neither prepares pixels nor is it an application of Keras, expected --mode')
  if (known.mode === 'raw')
    throw cannot(
      name,
      `"${known.name}" was built without the layers that prepare pixels, expected --mode as its training had it`,
    )
  return { mode: known.mode, because: `"${known.name}" is trained in mode ${known.mode}` }
}

function outputKind({ kind, name, activation }: KerasLayer, model: string): 'softmax' | 'logits' {
  const says = kind === 'Softmax' ? 'softmax' : (activation ?? 'linear')
  if (says === 'softmax') return 'softmax'
  if (says === 'linear') return 'logits'
  throw cannot(model, `its last layer "${name}" ends in ${says}, expected softmax or nothing`)
}
