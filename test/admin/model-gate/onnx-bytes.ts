// Writes ONNX files field by field, so that a test can write what no library would: wrong lengths, fields twice, shapes
// without numbers. What is given by default is a model that classifies: the mean of each colour of an 8 x 8 image.

import { DATA_TYPE } from '#admin/onnx-format/onnx-schema.ts'

export type Bytes = Uint8Array<ArrayBufferLike>

export const join = (...parts: readonly Bytes[]): Bytes => Buffer.concat(parts)
const many = (parts: readonly Bytes[]): Bytes => join(...parts)

export function varint(value: number | bigint): Bytes {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return Uint8Array.from([...bytes, Number(rest)])
}

export const tag = (id: number, wire: number): Bytes => varint(id * 8 + wire)
/** A field of any length: a text, bytes or a message. */
export function field(id: number, content: string | Bytes): Bytes {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  return join(tag(id, 2), varint(bytes.length), bytes)
}
export const number = (id: number, value: number | bigint): Bytes => join(tag(id, 0), varint(value))

export interface TensorParts {
  name?: string
  dims?: readonly (number | bigint)[]
  type?: number
  raw?: Bytes | undefined
  more?: Bytes
}
/** A float32 tensor of zeros, unless it says otherwise. */
export function tensor({
  name = 'w',
  dims = [2],
  type = DATA_TYPE.float,
  raw,
  more,
}: TensorParts = {}): Bytes {
  const data = more === undefined && raw === undefined ? new Uint8Array(4 * Number(dims[0] ?? 1)) : raw
  return many([
    ...dims.map((size) => number(1, size)),
    number(2, type),
    field(8, name),
    ...(data === undefined ? [] : [field(9, data)]),
    ...(more === undefined ? [] : [more]),
  ])
}

export interface NodeParts {
  inputs?: readonly string[]
  outputs?: readonly string[]
  name?: string
  domain?: string
  attributes?: readonly Bytes[]
  more?: Bytes
}
export function node(operator: string, parts: NodeParts = {}): Bytes {
  const { inputs = [], outputs = [], name, domain, attributes = [], more } = parts
  return many([
    ...inputs.map((input) => field(1, input)),
    ...outputs.map((output) => field(2, output)),
    ...(name === undefined ? [] : [field(3, name)]),
    field(4, operator),
    ...attributes.map((a) => field(5, a)),
    ...(domain === undefined ? [] : [field(7, domain)]),
    ...(more === undefined ? [] : [more]),
  ])
}

export const intAttribute = (name: string, value: number): Bytes =>
  join(field(1, name), number(3, value), number(20, 2))
export const intsAttribute = (name: string, values: readonly number[]): Bytes =>
  join(field(1, name), ...values.map((value) => number(8, value)), number(20, 7))
export const tensorAttribute = (name: string, value: Bytes): Bytes =>
  join(field(1, name), field(5, value), number(20, 4))
export const graphAttribute = (name: string, value: Bytes): Bytes =>
  join(field(1, name), field(6, value), number(20, 5))

export function value(name: string, dims: readonly (number | bigint)[], type = 1): Bytes {
  const shape = many(dims.map((size) => field(1, number(1, size))))
  return join(field(1, name), field(2, field(1, join(number(1, type), field(2, shape)))))
}

export interface GraphParts {
  nodes?: readonly Bytes[]
  initializers?: readonly Bytes[]
  more?: Bytes
}
/** From `image` to `scores`, with these nodes and tensors before. */
export function graph({ nodes = [], initializers = [], more }: GraphParts = {}): Bytes {
  const mean = node('ReduceMean', {
    inputs: ['image'],
    outputs: ['scores'],
    attributes: [intsAttribute('axes', [2, 3]), intAttribute('keepdims', 0)],
  })
  return many([
    ...[...nodes, mean].map((n) => field(1, n)),
    field(2, 'main'),
    ...initializers.map((t) => field(5, t)),
    field(11, value('image', [1, 3, 8, 8])),
    field(12, value('scores', [1, 3])),
    ...(more === undefined ? [] : [more]),
  ])
}

/** A graph for an attribute: a node of nothing. */
export const innerGraph = (content: Bytes = field(1, node('Constant', { outputs: ['c'] }))): Bytes =>
  join(content, field(2, 'inner'))

export const opset = (version: number, domain?: string): Bytes =>
  join(...(domain === undefined ? [] : [field(1, domain)]), number(2, version))

export interface FunctionParts {
  name: string
  domain?: string
  nodes?: readonly Bytes[]
  opsets?: readonly Bytes[]
  more?: Bytes
}
export function localFunction(parts: FunctionParts): Bytes {
  const { name, domain = 'own', nodes = [], opsets = [opset(17), opset(1, 'own')], more } = parts
  return many([
    field(1, name),
    field(4, 'x'),
    field(5, 'y'),
    ...nodes.map((n) => field(7, n)),
    ...opsets.map((o) => field(9, o)),
    field(10, domain),
    ...(more === undefined ? [] : [more]),
  ])
}

export interface ModelParts extends GraphParts {
  irVersion?: number
  opsets?: readonly Bytes[]
  functions?: readonly Bytes[]
  /** In place of a graph with these parts. */
  graph?: Bytes
  /** After everything else. */
  tail?: Bytes
}
export function model(parts: ModelParts = {}): Bytes {
  const { irVersion = 8, opsets = [opset(17)], functions = [], tail, graph: whole, ...inside } = parts
  return many([
    number(1, irVersion),
    field(7, whole ?? graph(inside)),
    ...opsets.map((o) => field(8, o)),
    ...functions.map((f) => field(25, f)),
    ...(tail === undefined ? [] : [tail]),
  ])
}
