// Files that mean harm by what they say: other files, strange operators, functions without end, shapes without
// numbers. Each is a model that classifies, spoilt in one place.

import { ATTRIBUTE_TYPE, DATA_TYPE } from '#admin/onnx-format/onnx-schema.ts'
import {
  type Bytes,
  field,
  graph,
  graphAttribute,
  innerGraph,
  intAttribute,
  intsAttribute,
  join,
  localFunction,
  model,
  node,
  number,
  opset,
  tensor,
  tensorAttribute,
  value,
} from './onnx-bytes.ts'

/** What it is, the code that it is refused with, words of the sentence, and the file. */
export type HostileModel = readonly [what: string, code: string, words: string, bytes: () => Bytes]

const location = field(13, join(field(1, 'location'), field(2, '/etc/passwd')))
const outside = tensor({ name: 'out', more: join(location, number(14, 1)) })
const constant = (t: Bytes) => node('Constant', { name: 'c', attributes: [tensorAttribute('value', t)] })
const sparse = (values: Bytes) => join(field(1, values), number(3, 2))
const elsewhere = 'keeps weights in other files'

const OTHER_FILES: readonly HostileModel[] = [
  ['an initializer', () => model({ initializers: [outside] })],
  ['an initializer, by its location alone', () => model({ initializers: [tensor({ more: number(14, 1) })] })],
  ['an initializer, by its key alone', () => model({ initializers: [tensor({ more: location })] })],
  [
    'a location that int32 would cut to 0',
    () => model({ initializers: [tensor({ more: number(14, 2 ** 32) })] }),
  ],
  ['an attribute', () => model({ nodes: [constant(outside)] })],
  [
    'a list of tensors in an attribute',
    () =>
      model({
        nodes: [
          node('Constant', {
            attributes: [join(field(1, 'many'), field(10, outside), number(20, ATTRIBUTE_TYPE.tensors))],
          }),
        ],
      }),
  ],
  [
    'a graph within a node',
    () =>
      model({
        nodes: [
          node('If', {
            attributes: [graphAttribute('then_branch', innerGraph(field(1, constant(outside))))],
          }),
        ],
      }),
  ],
  [
    'a graph within a list of graphs',
    () =>
      model({
        nodes: [
          node('If', {
            attributes: [join(field(1, 'g'), field(11, innerGraph(field(5, outside))), number(20, 10))],
          }),
        ],
      }),
  ],
  ['a function', () => model({ functions: [localFunction({ name: 'f', nodes: [constant(outside)] })] })],
  [
    'an attribute that a function has by default',
    () =>
      model({
        functions: [localFunction({ name: 'f', more: field(11, tensorAttribute('a', outside)) })],
      }),
  ],
  ['training', () => model({ tail: field(20, field(2, innerGraph(field(5, outside)))) })],
  ['the values of a sparse tensor', () => model({ more: field(15, sparse(outside)) })],
  ['a sparse tensor in an attribute', () => model({ nodes: [sparseNode(outside)] })],
].map(
  ([what, bytes]) => [`weights in another file: ${what}`, 'external-data', elsewhere, bytes] as HostileModel,
)

function sparseNode(values: Bytes): Bytes {
  return node('Constant', {
    attributes: [join(field(1, 'sparse_value'), field(22, sparse(values)), number(20, 11))],
  })
}

const calling = (name: string, times = 1) =>
  Array.from({ length: times }, () => node(name, { inputs: ['x'], outputs: ['y'], domain: 'own' }))
const own = [opset(17), opset(1, 'own')]
/** f0 does nothing; each further one calls the one before it twice. */
const doubling = (levels: number) =>
  Array.from({ length: levels }, (_, i) =>
    localFunction({ name: `f${i}`, nodes: i === 0 ? [node('Relu')] : calling(`f${i - 1}`, 2) }),
  )

const OPERATORS: readonly HostileModel[] = [
  [
    'an operator of an unknown domain',
    'domain',
    'node "n" calls "Run" of the domain "evil.corp"',
    () =>
      model({
        nodes: [node('Run', { name: 'n', domain: 'evil.corp' })],
        opsets: [opset(17), opset(1, 'evil.corp')],
      }),
  ],
  [
    'an operator of an unknown domain, in a nested graph',
    'domain',
    'of the domain "evil.corp"',
    () =>
      model({
        nodes: [
          node('If', {
            attributes: [graphAttribute('g', innerGraph(field(1, node('Run', { domain: 'evil.corp' }))))],
          }),
        ],
      }),
  ],
  [
    'an operator of an unknown domain, in a function',
    'domain',
    'of the domain "evil.corp"',
    () => model({ functions: [localFunction({ name: 'f', nodes: [node('Run', { domain: 'evil.corp' })] })] }),
  ],
  [
    'a function that is called but not there',
    'domain',
    'calls "gone" of the domain "own"',
    () => model({ nodes: calling('gone'), functions: [localFunction({ name: 'f' })], opsets: own }),
  ],
  [
    'a function in the place of an operator of the runtime',
    'function',
    'defines the function "Relu" in the domain "ai.onnx" of the runtime',
    () => model({ functions: [localFunction({ name: 'Relu', domain: 'ai.onnx' })] }),
  ],
  [
    'a function twice',
    'function',
    'defines the function "f" twice',
    () => model({ functions: [localFunction({ name: 'f' }), localFunction({ name: 'f' })] }),
  ],
  [
    'a function that calls itself',
    'function',
    'the function "f" calls itself',
    () =>
      model({
        functions: [localFunction({ name: 'f', nodes: calling('f') })],
        nodes: calling('f'),
        opsets: own,
      }),
  ],
  [
    'two functions that call each other, which nothing calls',
    'function',
    'calls itself',
    () =>
      model({
        functions: [
          localFunction({ name: 'a', nodes: calling('b') }),
          localFunction({ name: 'b', nodes: calling('a') }),
        ],
      }),
  ],
  [
    'functions that double forty times',
    'too-many',
    'nodes with its functions written out',
    () => model({ functions: doubling(40), nodes: calling('f39'), opsets: own }),
  ],
  ['a loop', 'operator', 'calls Loop, which repeats', () => model({ nodes: [node('Loop')] })],
  [
    'code of a driver',
    'operator',
    'calls EPContext',
    () =>
      model({
        nodes: [node('EPContext', { domain: 'com.microsoft' })],
        opsets: [opset(17), opset(1, 'com.microsoft')],
      }),
  ],
  ['a node without an operator', 'operator', 'has no operator', () => model({ nodes: [field(1, 'x')] })],
  ['no node at all', 'operator', 'has no nodes', () => model({ graph: field(2, 'main') })],
  ['an IR version of the future', 'ir-version', 'is of IR version 14', () => model({ irVersion: 14 })],
  ['an IR version of the past', 'ir-version', 'is of IR version 2', () => model({ irVersion: 2 })],
  ['operators of the future', 'opset', 'asks for version 27', () => model({ opsets: [opset(27)] })],
  ['operators of the past', 'opset', 'asks for version 6', () => model({ opsets: [opset(6)] })],
  ['operators of no version', 'opset', 'names no version', () => model({ opsets: [] })],
  [
    'operators of two versions',
    'opset',
    'two versions',
    () => model({ opsets: [opset(17), opset(18, 'ai.onnx')] }),
  ],
  [
    'operators of a domain that is not imported',
    'opset',
    'without a version',
    () => model({ nodes: [node('Gelu', { domain: 'com.microsoft' })] }),
  ],
]

/** A tensor of the graph with these dimensions and bytes. */
const shaped = (
  dims: readonly (number | bigint)[],
  raw: Bytes = new Uint8Array(8),
  type = 1,
): (() => Bytes) => {
  return () => model({ initializers: [tensor({ dims, raw, type })] })
}
const declared = (dims: readonly (number | bigint)[]) => () =>
  model({ more: field(13, value('between', dims)) })
const held =
  (more: Bytes, type = 1) =>
  () =>
    model({ initializers: [tensor({ type, more })] })

const SHAPES: readonly HostileModel[] = [
  ['a negative dimension', 'dimensions', 'tensor "w" in graph "main" has a dimension of -1', shaped([-1])],
  ['dimensions whose product overflows', 'dimensions', 'at most 2147483648 elements', shaped([2n ** 62n, 4])],
  [
    'dimensions that overflow to what the file has',
    'dimensions',
    'elements',
    shaped([2n ** 32n, 2n ** 32n, 2]),
  ],
  ['nothing times everything', 'dimensions', 'elements', shaped([0, 2n ** 62n], new Uint8Array(0))],
  ['33 dimensions', 'dimensions', 'over 32 dimensions', shaped(Array(33).fill(1), new Uint8Array(4))],
  ['fewer bytes than the shape says', 'tensor-data', 'has 8 bytes, expected 4000000000', shaped([1e9])],
  ['more bytes than the shape says', 'tensor-data', 'has 8 bytes, expected 4', shaped([1])],
  ['half a number', 'tensor-data', 'has 7 bytes, expected 8', shaped([2], new Uint8Array(7))],
  ['numbers without a shape', 'tensor-data', 'has 8 bytes, expected 4', shaped([])],
  ['no numbers', 'tensor-data', 'has 0 numbers, expected 2', held(new Uint8Array(0))],
  ['an unknown type', 'tensor-data', 'is of type 99', shaped([2], new Uint8Array(8), 99)],
  ['no type', 'tensor-data', 'is of type 0', shaped([2], new Uint8Array(8), 0)],
  [
    'a type that int32 would cut to float',
    'tensor-data',
    'is of type 4294967297',
    shaped([2], new Uint8Array(8), 2 ** 32 + 1),
  ],
  [
    'packed halves of bytes that are too few',
    'tensor-data',
    'expected 2',
    shaped([3], new Uint8Array(1), DATA_TYPE.int4),
  ],
  [
    'numbers in the field of another type',
    'tensor-data',
    'keeps its numbers in int64Data',
    held(join(number(7, 1), number(7, 1))),
  ],
  [
    'texts as bytes',
    'tensor-data',
    'keeps its numbers in rawData',
    shaped([2], new Uint8Array(8), DATA_TYPE.string),
  ],
  [
    'numbers twice',
    'tensor-data',
    'has rawData and floatData',
    held(join(field(9, new Uint8Array(8)), field(4, new Uint8Array(8)))),
  ],
  ['too few packed numbers', 'tensor-data', 'has 1 numbers, expected 2', held(field(4, new Uint8Array(4)))],
  ['a segment of another tensor', 'tensor-data', 'is a segment', held(field(3, number(1, 0)))],
  ['a sparse tensor', 'sparse', 'is sparse', () => model({ more: field(15, sparse(tensor())) })],
  [
    'a sparse tensor of terabytes in an attribute',
    'sparse',
    'is sparse',
    () => model({ nodes: [sparseNode(tensor())] }),
  ],
  [
    'a declared value of negative size',
    'dimensions',
    'value "between" in graph "main" has a dimension of -5',
    declared([-5]),
  ],
  ['a declared value of petabytes', 'dimensions', 'elements', declared([2n ** 40n, 1024])],
  [
    'a declared value of no type',
    'tensor-data',
    'is of no type',
    () => model({ more: field(13, value('v', [1], 0)) }),
  ],
  [
    'an attribute of two types at once',
    'malformed',
    'attribute "a" in node "Relu" holds i and ints as type 2, expected i',
    () => model({ nodes: [node('Relu', { attributes: [join(intAttribute('a', 1), number(8, 2))] })] }),
  ],
  [
    'an attribute of another type than it says',
    'malformed',
    'holds ints as type 2',
    () =>
      model({ nodes: [node('Relu', { attributes: [join(field(1, 'a'), number(8, 2), number(20, 2))] })] }),
  ],
  [
    'an attribute without a name',
    'malformed',
    'has no name',
    () => model({ nodes: [node('Relu', { attributes: [intsAttribute('', [1])] })] }),
  ],
  ['no graph', 'truncated', 'has no graph', () => join(number(1, 8), field(8, opset(17)))],
  ['two graphs', 'duplicate-field', 'has its field graph twice', () => model({ tail: field(7, graph()) })],
]

export const HOSTILE_STRUCTURES = [...OTHER_FILES, ...OPERATORS, ...SHAPES]
