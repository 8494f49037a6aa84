// Real ONNX files of a few hundred bytes, written by hand: the mean of each colour channel, so that red,
// green and blue are the three classes. Field numbers are those of onnx.proto3.

import type { ModelContract } from '#contract/model.ts'

export const TINY_LABELS = ['red', 'green', 'blue']

export interface TinyShape {
  dtype?: 'float32' | 'uint8'
  layout?: 'nchw' | 'nhwc'
  side?: number
  /** The name of a free first dimension; it is 1 where this is left out. */
  batch?: string
  /** Sines of every number before the mean, which keep the order of the classes and take time. */
  sines?: number
  /** Operators after the mean, to spoil the answer. */
  after?: readonly string[]
  /** Adds numbers that are said to lie in this file. */
  external?: string
}

/** Input `image`, output `scores` (logits). */
export function tinyModel({
  dtype = 'float32',
  layout = 'nchw',
  side = 8,
  batch,
  sines = 0,
  after = [],
  external,
}: TinyShape = {}): Uint8Array {
  const count = batch ?? 1
  const dims = layout === 'nchw' ? [count, 3, side, side] : [count, side, side, 3]
  const axes = layout === 'nchw' ? [2, 3] : [1, 2]
  const steps = [
    (from: string, to: string) => node('Cast', from, to, intAttribute('to', 1)),
    ...Array.from({ length: sines }, () => (from: string, to: string) => node('Sin', from, to)),
    (from: string, to: string) =>
      node('ReduceMean', from, to, axesAttribute(axes), intAttribute('keepdims', 0)),
    ...after.map((op) => (from: string, to: string) => node(op, from, to)),
    ...(external === undefined
      ? []
      : [(from: string, to: string) => [...field(1, 'outside'), ...node('Add', from, to)]]),
  ]
  const names = ['image', ...steps.slice(1).map((_, i) => `step${i}`), 'scores']
  const graph = [
    ...steps.map((step, i) => field(1, step(names[i]!, names[i + 1]!))),
    field(2, 'tiny'),
    ...(external === undefined ? [] : [field(5, outsideTensor(external))]),
    field(11, tensor('image', dtype === 'uint8' ? 2 : 1, dims)),
    field(12, tensor('scores', 1, [count, 3])),
  ].flat()
  return Uint8Array.from([number(1, 8), field(7, graph), field(8, number(2, 13))].flat())
}

export function tinyContract({
  dtype = 'float32',
  layout = 'nchw',
  side = 8,
}: TinyShape = {}): ModelContract {
  return {
    input: {
      name: 'image',
      dtype,
      layout,
      width: side,
      height: side,
      crop: 1,
      resize: 'bilinear',
      mean: [0, 0, 0],
      // Keeps the logits' differences small enough for a probability that is not 1.
      std: dtype === 'uint8' ? [1, 1, 1] : [255, 255, 255],
    },
    output: { name: 'scores', kind: 'logits' },
  }
}

function node(op: string, from: string, to: string, ...attributes: number[][]): number[] {
  return [field(1, from), field(2, to), field(4, op), ...attributes.map((a) => field(5, a))].flat()
}

function outsideTensor(file: string): number[] {
  const location = [field(1, 'location'), field(2, file)].flat()
  return [number(1, 3), number(2, 1), field(8, 'outside'), field(13, location), number(14, 1)].flat()
}

function intAttribute(name: string, value: number): number[] {
  return [field(1, name), number(3, value), number(20, 2)].flat()
}

function axesAttribute(axes: readonly number[]): number[] {
  return [field(1, 'axes'), ...axes.map((axis) => number(8, axis)), number(20, 7)].flat()
}

function tensor(name: string, elementType: number, dims: readonly (number | string)[]): number[] {
  const shape = dims.flatMap((size) => field(1, typeof size === 'string' ? field(2, size) : number(1, size)))
  return [field(1, name), field(2, field(1, [number(1, elementType), field(2, shape)].flat()))].flat()
}

/** A length-delimited field. */
function field(id: number, content: string | readonly number[]): number[] {
  const bytes = typeof content === 'string' ? [...Buffer.from(content)] : content
  return [...varint((id << 3) | 2), ...varint(bytes.length), ...bytes]
}

function number(id: number, value: number): number[] {
  return [...varint(id << 3), ...varint(value)]
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]
}
