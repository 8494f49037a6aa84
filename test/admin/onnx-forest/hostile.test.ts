// Files that mean harm or nothing: one class of error, quickly and within memory, whatever the bytes.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OnnxModel } from '#admin/onnx-forest/onnx-descriptor.ts'
import { OnnxForestRefused } from '#admin/onnx-forest/onnx-forest-refused.ts'
import { readOnnxForest } from '#admin/onnx-forest/read-onnx-forest.ts'
import { ATTRIBUTE_TYPE } from '#admin/onnx-format/onnx-schema.ts'

const good = readFileSync(path.join(import.meta.dirname, 'fixtures/one-weight.onnx'))

/** Undefined for a file that can be read; throws whatever is no refusal. */
function refusalOf(bytes: Uint8Array): OnnxForestRefused | undefined {
  try {
    readOnnxForest(bytes)
    return undefined
  } catch (error) {
    if (!(error instanceof OnnxForestRefused)) throw error
    return error
  }
}

/** A field of `length` bytes: tag and varint length. */
function lengthDelimited(field: number, length: number): number[] {
  const head = [(field << 3) | 2]
  let rest = length
  for (; rest > 127; rest = Math.floor(rest / 128)) head.push((rest % 128) | 128)
  return [...head, rest]
}

/** graph.node.attribute with its content repeated to `size` bytes. */
function attributeOf(content: readonly number[], size: number, isPacked = false): Uint8Array {
  const packed = isPacked ? lengthDelimited(8, size) : []
  const attribute = lengthDelimited(5, size + packed.length)
  const node = lengthDelimited(1, attribute.length + packed.length + size)
  const graph = lengthDelimited(7, node.length + attribute.length + packed.length + size)
  const head = [...graph, ...node, ...attribute, ...packed]
  const bytes = new Uint8Array(head.length + size)
  bytes.set(head)
  for (let i = 0; i < size; i++) bytes[head.length + i] = content[i % content.length]!
  return bytes
}

describe('readOnnxForest() of hostile bytes', () => {
  it('refuses every truncation that cuts into the graph', () => {
    for (let length = 0; length < good.length - 100; length += 97)
      expect(refusalOf(good.subarray(0, length))?.name).toBe('OnnxForestRefused')
  })

  it('refuses or reads random bytes and flipped bits, and throws nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(refusalOf(bytes)?.code).toMatch(/^(not-onnx|no-forest)$/)
      }),
    )
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (edits) => {
          const bytes = Uint8Array.from(good)
          for (const [at, value] of edits) bytes[at] = value
          expect(() => refusalOf(bytes)).not.toThrow()
        },
      ),
      { numRuns: 300 },
    )
  })

  const MiB = 2 ** 20
  it.each<[string, () => Uint8Array, string]>([
    ['no bytes', () => new Uint8Array(0), 'no-forest'],
    ['a length beyond the file', () => Uint8Array.from([0x3a, 0xff, 0xff, 0xff, 0xff, 0x07]), 'not-onnx'],
    ['a number where a message belongs', () => Uint8Array.from([0x38, 0x01]), 'no-forest'],
    ['a file over the cap', () => new Uint8Array(64 * MiB + 1), 'too-large'],
    ['zeros up to the cap', () => new Uint8Array(64 * MiB), 'not-onnx'],
    ['groups without an end', () => new Uint8Array(MiB).fill(0x23), 'not-onnx'],
    ['twenty million packed numbers', () => attributeOf([1], 20 * MiB, true), 'too-large'],
    ['twenty million bare numbers', () => attributeOf([0x40, 1], 40 * MiB), 'too-large'],
    ['ten million empty texts', () => attributeOf([0x4a, 0], 20 * MiB), 'too-large'],
    ['ten million empty messages', () => attributeOf([0x2a, 0], 20 * MiB), 'too-large'],
  ])('refuses %s', (_, make, code) => {
    expect(refusalOf(make())?.code).toBe(code)
  })
})

describe('readOnnxForest() of other models', () => {
  /** The good file, decoded, changed and encoded again. */
  function changed(change: (model: Decoded) => void): Uint8Array {
    const model = OnnxModel.decode(good) as unknown as Decoded
    change(model)
    return OnnxModel.encode(OnnxModel.fromObject(model)).finish()
  }
  interface Decoded {
    [key: string]: unknown
    graph: { node: Node[]; input: { type: { tensorType: { elemType: number; shape: { dim: object[] } } } }[] }
    functions: object[]
    metadataProps: object[]
  }
  interface Node {
    opType: string
    domain: string
    input: string[]
    attribute: { name: string; type: number; s?: string; strings?: string[]; ints?: number[]; t?: object }[]
  }
  const input = ({ graph }: Decoded) => graph.input[0]!.type.tensorType
  const attribute = ({ graph }: Decoded, name: string) =>
    graph.node[0]!.attribute.find((a) => a.name === name)!

  it('reads the good file again after it was encoded again', () => {
    expect(readOnnxForest(changed(() => {}))).toEqual(readOnnxForest(good))
  })

  it.each<[string, (model: Decoded) => void, string, RegExp]>([
    ['no trees', ({ graph }) => graph.node.splice(0, 1), 'no-forest', /has no TreeEnsembleClassifier/],
    [
      'trees of another domain',
      ({ graph }) => (graph.node[0]!.domain = 'mlprodict'),
      'no-forest',
      /has no Tree/,
    ],
    ['two ensembles', ({ graph }) => graph.node.push(graph.node[0]!), 'no-forest', /has 2 tree ensembles/],
    [
      'a node before them',
      ({ graph }) => (graph.node[1]!.input = ['X']),
      'no-forest',
      /node "ZipMap" beside/,
    ],
    ['another node after them', ({ graph }) => (graph.node[1]!.opType = 'Softmax'), 'no-forest', /"Softmax"/],
    ['functions', (model) => (model.functions = [{ name: 'f' }]), 'no-forest', /functions of its own/],
    [
      'trees on something else',
      ({ graph }) => (graph.node[0]!.input = ['Y']),
      'no-forest',
      /do not read the input/,
    ],
    ['whole numbers as input', (model) => (input(model).elemType = 7), 'no-forest', /element type 7/],
    [
      'a free number of features',
      (model) => (input(model).shape.dim[1] = { dimParam: 'n' }),
      'no-forest',
      /no fixed number/,
    ],
    [
      'too few features',
      (model) => (input(model).shape.dim[1] = { dimValue: 2 }),
      'wrong-forest',
      /compares feature/,
    ],
    [
      'a transform',
      (model) => (attribute(model, 'post_transform').s = 'SOFTMAX'),
      'wrong-forest',
      /"SOFTMAX"/,
    ],
    [
      'one label',
      (model) => (attribute(model, 'classlabels_int64s').ints = [1]),
      'wrong-forest',
      /1 class labels/,
    ],
    [
      'a tensor elsewhere',
      ({ graph }) =>
        graph.node[0]!.attribute.push({
          name: 'nodes_values_as_tensor',
          type: ATTRIBUTE_TYPE.tensor,
          t: { dataType: 11, dataLocation: 1 },
        }),
      'wrong-forest',
      /in the file itself/,
    ],
  ])('refuses %s', (_, change, code, message) => {
    const refusal = refusalOf(changed(change))
    expect(refusal?.code).toBe(code)
    expect(refusal?.message).toMatch(message)
  })

  it('reads labels that are words', () => {
    const bytes = changed((model) => {
      attribute(model, 'classlabels_int64s').ints = []
      model.graph.node[0]!.attribute.push({
        name: 'classlabels_strings',
        type: ATTRIBUTE_TYPE.strings,
        strings: ['local', 'edge'],
      })
    })
    expect(readOnnxForest(bytes).labels).toEqual(['local', 'edge'])
  })

  it('leaves out notes that are not ours', () => {
    const metadataProps = [
      { key: 'tandem.features', value: '["one"]' },
      { key: 'tandem.features_version', value: '{' },
      { key: 'tandem.threshold', value: '"high"' },
    ]
    const bytes = changed((model) => (model.metadataProps = metadataProps))
    expect(readOnnxForest(bytes)).toEqual(readOnnxForest(good))
  })
})
