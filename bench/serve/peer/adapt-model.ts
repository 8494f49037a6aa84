// The same network behind the names and the layout that transformers.js knows: input `pixel_values`, float32, NCHW, 0 to
// 255 or as the contract scales it; output `logits`. A few nodes before and after, so that both sides run one and the
// same file: the product reads it by the contract that comes with it. The file is edited as protobuf fields, so that
// what is not understood here stays as it is (field numbers: onnx.proto3).

import protobuf from 'protobufjs/light.js'
import type { ModelContract } from '#contract/model.ts'

const GRAPH = 7
const NODE = 1
const INPUT = 11
const OUTPUT = 12
const FLOAT = 1
const UINT8 = 2

export interface Adapted {
  readonly file: Uint8Array
  readonly contract: ModelContract
}

/** Of a model with one input and one output. Log probabilities are logits: their softmax is the probabilities. */
export function adaptModel(file: Uint8Array, contract: ModelContract, classes: number): Adapted {
  const { input, output } = contract
  const isBytes = input.dtype === 'uint8'
  const before =
    input.layout === 'nhwc'
      ? [
          node('Transpose', 'pixel_values', isBytes ? 'tandem_nhwc' : input.name, ints('perm', [0, 2, 3, 1])),
          ...(isBytes ? [node('Cast', 'tandem_nhwc', input.name, int('to', UINT8))] : []),
        ]
      : [
          node(
            isBytes ? 'Cast' : 'Identity',
            'pixel_values',
            input.name,
            ...(isBytes ? [int('to', UINT8)] : []),
          ),
        ]
  const after =
    output.name === 'logits'
      ? []
      : [node(output.kind === 'softmax' ? 'Log' : 'Identity', output.name, 'logits')]
  const graph = [
    ...before.map((bytes) => field(NODE, bytes)),
    ...fieldsOf(file, GRAPH).flatMap((bytes) => otherFields(bytes, [INPUT, OUTPUT])),
    ...after.map((bytes) => field(NODE, bytes)),
    field(INPUT, floats('pixel_values', [1, 3, input.height, input.width])),
    field(OUTPUT, floats('logits', [1, classes])),
  ]
  return {
    file: Buffer.concat([...otherFields(file, [GRAPH]), field(GRAPH, Buffer.concat(graph))]),
    contract: {
      input: { ...input, name: 'pixel_values', layout: 'nchw', dtype: 'float32' },
      output: { name: 'logits', kind: 'logits' },
    },
  }
}

interface RawField {
  readonly id: number
  /** Tag and all. */
  readonly whole: Uint8Array
  readonly content: Uint8Array
}

function rawFields(bytes: Uint8Array): RawField[] {
  const reader = protobuf.Reader.create(new Uint8Array(bytes))
  const fields: RawField[] = []
  while (reader.pos < reader.len) {
    const start = reader.pos
    const tag = reader.uint32()
    const from = reader.pos
    reader.skipType(tag & 7)
    const whole = reader.buf.subarray(start, reader.pos)
    // Length-delimited: the content begins after its length.
    let content = from
    if ((tag & 7) === 2) while (reader.buf[content++]! & 128);
    fields.push({ id: tag >>> 3, whole, content: reader.buf.subarray(content, reader.pos) })
  }
  return fields
}

const fieldsOf = (bytes: Uint8Array, id: number): Uint8Array[] =>
  rawFields(bytes)
    .filter((raw) => raw.id === id)
    .map(({ content }) => content)

const otherFields = (bytes: Uint8Array, without: readonly number[]): Uint8Array[] =>
  rawFields(bytes)
    .filter(({ id }) => !without.includes(id))
    .map(({ whole }) => whole)

const field = (id: number, content: Uint8Array | string): Uint8Array => {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  return Buffer.concat([varint((id << 3) | 2), varint(bytes.length), bytes])
}
const number = (id: number, value: number): Uint8Array => Buffer.concat([varint(id << 3), varint(value)])

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value & 127) | 128)
  return Buffer.from([...bytes, value])
}

function node(op: string, from: string, to: string, ...attributes: Uint8Array[]): Uint8Array {
  return Buffer.concat([field(1, from), field(2, to), field(4, op), ...attributes.map((a) => field(5, a))])
}

/** AttributeProto: type 2 is an integer, 7 a list of them. */
const int = (name: string, value: number): Uint8Array =>
  Buffer.concat([field(1, name), number(3, value), number(20, 2)])
const ints = (name: string, values: readonly number[]): Uint8Array =>
  Buffer.concat([field(1, name), ...values.map((value) => number(8, value)), number(20, 7)])

/** ValueInfoProto of a float tensor. */
function floats(name: string, shape: readonly number[]): Uint8Array {
  const dims = shape.map((size) => field(1, number(1, size)))
  const tensor = Buffer.concat([number(1, FLOAT), field(2, Buffer.concat(dims))])
  return Buffer.concat([field(1, name), field(2, field(1, tensor))])
}
