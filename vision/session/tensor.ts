// Tensors as they go into a model and come out of it: numbers in rows, and how many of them lie in each dimension.

import { ModelRefused } from '../model-refused.ts'

export interface InputTensor {
  readonly data: Float32Array | Uint8Array
  readonly shape: readonly number[]
}

export interface OutputTensor {
  readonly data: Float32Array
  readonly shape: readonly number[]
}

export interface TensorInfo {
  readonly name: string
  readonly dtype: string
  /** A name stands for a free dimension. */
  readonly shape: readonly (number | string)[]
}

export const isFree = (size: number | string | undefined): boolean => typeof size !== 'number' || size < 1

/** Throws a `ModelRefused` where the model does not take it. The first dimension may be any number of images. */
export function checkInput(tensor: InputTensor, wanted: TensorInfo): void {
  const { data, shape } = tensor
  const dtype = data instanceof Uint8Array ? 'uint8' : 'float32'
  const isFitting =
    dtype === wanted.dtype &&
    shape.length === wanted.shape.length &&
    shape.every((size, i) => i === 0 || isFree(wanted.shape[i]) || size === wanted.shape[i]) &&
    isWholeBatch(shape[0] ?? 1, wanted.shape[0])
  if (!isFitting)
    throw new ModelRefused(
      'wrong-input',
      `Cannot run model: input is ${dtype} [${shape.join()}], expected ${wanted.dtype} [${wanted.shape.join()}]`,
    )
  const length = shape.reduce((product, size) => product * size, 1)
  if (data.length === length) return
  throw new ModelRefused(
    'wrong-input',
    `Cannot run model: input has ${data.length} numbers, expected ${length} for [${shape.join()}]`,
  )
}

function isWholeBatch(count: number, batch: number | string | undefined): boolean {
  return Number.isInteger(count) && count > 0 && (isFree(batch) || count % (batch as number) === 0)
}

/** Of each image the scores of its classes: what comes before them is left out. */
export function classScores({ data, shape }: OutputTensor, background = 0): OutputTensor {
  if (background === 0) return { data, shape }
  const images = shape[0] ?? 1
  const width = data.length / images
  if (width <= background)
    throw new ModelRefused(
      'wrong-output',
      `Cannot run model: answers ${width} numbers an image, expected more than the ${background} of the background`,
    )
  const classes = width - background
  const scores = new Float32Array(images * classes)
  for (let i = 0; i < images; i++)
    scores.set(data.subarray(i * width + background, (i + 1) * width), i * classes)
  return { data: scores, shape: [images, classes] }
}
