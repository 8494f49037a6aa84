// Files that mean harm by how they are written: cut off, without end, in spellings that readers take differently, or
// large in whatever a reader might keep in memory. Sizes are what the gate's limits call too much.

import type { HostileModel } from './hostile-structures.ts'
import {
  type Bytes,
  field,
  graphAttribute,
  innerGraph,
  join,
  localFunction,
  model,
  node,
  number,
  opset,
  tag,
  tensor,
  varint,
} from './onnx-bytes.ts'

const whole = model({ initializers: [tensor()] })
const repeated = (part: Bytes, times: number): Bytes => Buffer.alloc(part.length * times, part)
const listOf = (id: number, part: Bytes, times: number): Bytes => repeated(field(id, part), times)

/** Graphs within graphs, written from the inside out. */
function innerOf(levels: number): Bytes {
  let inside = innerGraph()
  for (let i = 1; i < levels; i++)
    inside = innerGraph(field(1, node('If', { attributes: [graphAttribute('g', inside)] })))
  return inside
}
const nested = (levels: number) =>
  model({ nodes: [node('If', { attributes: [graphAttribute('g', innerOf(levels - 1))] })] })

/** A type of lists of lists of lists. */
function nestedType(levels: number): Bytes {
  let type = field(1, number(1, 1))
  for (let i = 0; i < levels; i++) type = field(4, field(1, type))
  return model({ more: field(13, join(field(1, 'deep'), field(2, type))) })
}

const CUT: readonly HostileModel[] = [
  ['nothing', 'empty', 'is empty', () => new Uint8Array(0)],
  ['its first half', 'truncated', 'at most the', () => whole.subarray(0, whole.length / 2)],
  ['all but its last byte', 'truncated', 'at most the', () => whole.subarray(0, -1)],
  ['a tag alone', 'truncated', 'within a field', () => join(whole, tag(14, 2))],
  [
    'a length beyond the file',
    'truncated',
    'a part of',
    () => join(number(1, 8), tag(7, 2), varint(2 ** 40)),
  ],
  ['a negative length', 'truncated', 'a part of -1 bytes', () => join(number(1, 8), tag(7, 2), varint(-1))],
  [
    'a length beyond its message',
    'truncated',
    'at most the',
    () => model({ more: join(tag(10, 2), varint(90)) }),
  ],
  [
    'a number that runs out of its message',
    'truncated',
    '',
    () => model({ tail: field(8, join(tag(2, 0), Uint8Array.of(128))) }),
  ],
  [
    'a float that runs out of its message',
    'truncated',
    '',
    () => model({ nodes: [node('Relu', { attributes: [join(field(1, 'a'), tag(2, 5))] })] }),
  ],
]

const SPELLINGS: readonly HostileModel[] = [
  [
    'not an ONNX file at all',
    'not-onnx',
    'does not begin as',
    () => Buffer.from('GIF89a, certainly no model'),
  ],
  ['a picture', 'not-onnx', '', () => Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')],
  ['zeros behind it', 'malformed', 'without a number', () => join(whole, new Uint8Array(64))],
  ['text behind it', 'duplicate-field', 'irVersion twice', () => join(whole, Buffer.from('\n\n'))],
  ['a field that ONNX does not have', 'unknown-field', 'has a field 99', () => join(whole, field(99, 'x'))],
  [
    'a field of an older ONNX',
    'unknown-field',
    'has a field 12',
    () => model({ nodes: [node('Relu', { attributes: [field(12, 'v')] })] }),
  ],
  ['a group', 'malformed', 'is a group', () => join(whole, tag(7, 3), tag(7, 4))],
  ['groups without end', 'not-onnx', '', () => repeated(tag(7, 3), 1_000_000)],
  ['an unknown wire type', 'malformed', 'of wire type 6', () => join(whole, tag(7, 6))],
  ['a number where a message belongs', 'malformed', 'of wire type 0', () => join(number(1, 8), number(7, 1))],
  [
    'a message where a number belongs',
    'malformed',
    'of wire type 2',
    () => join(number(1, 8), field(5, 'x')),
  ],
  [
    'a number of eleven bytes',
    'malformed',
    'over 64 bits',
    () => join(number(1, 8), tag(5, 0), repeated(Uint8Array.of(255), 10), Uint8Array.of(1)),
  ],
  [
    'a number longer than it needs',
    'malformed',
    'more bytes than it needs',
    () => join(number(1, 8), tag(5, 0), Uint8Array.of(136, 0)),
  ],
  ['a version twice', 'duplicate-field', 'irVersion twice', () => join(number(1, 8), whole)],
  [
    'the name of a node twice',
    'duplicate-field',
    'name twice',
    () => model({ nodes: [node('Relu', { name: 'a', more: field(3, 'b') })] }),
  ],
  [
    'numbers as raw bytes twice',
    'duplicate-field',
    'rawData twice',
    () => model({ initializers: [tensor({ raw: new Uint8Array(8), more: field(9, new Uint8Array(8)) })] }),
  ],
  [
    'half a number in a packed list',
    'malformed',
    'a multiple of 4',
    () => model({ initializers: [tensor({ more: field(4, new Uint8Array(7)) })] }),
  ],
  [
    'a name that is not UTF-8',
    'bad-text',
    'is not UTF-8',
    () => model({ nodes: [node('Relu', { more: field(3, Uint8Array.of(0xc3, 0x28)) })] }),
  ],
  [
    'half a surrogate pair',
    'bad-text',
    'is not UTF-8',
    () => model({ nodes: [node('Relu', { more: field(3, Uint8Array.of(0xed, 0xa0, 0x80)) })] }),
  ],
  ['a name with a NUL', 'bad-text', 'holds a NUL', () => model({ nodes: [node('Relu', { name: 'a\0b' })] })],
]

const MUCH: readonly HostileModel[] = [
  [
    'a name of 5,000 bytes',
    'too-long',
    '5000 bytes',
    () => model({ nodes: [node('Relu', { name: 'n'.repeat(5_000) })] }),
  ],
  [
    'an input name of a megabyte',
    'too-long',
    '',
    () => model({ nodes: [node('Relu', { inputs: ['n'.repeat(2 ** 20)] })] }),
  ],
  ['a comment of two megabytes', 'too-long', '', () => model({ tail: field(6, 'n'.repeat(2 ** 21)) })],
  [
    'a byte string of two megabytes',
    'too-long',
    '',
    () =>
      model({ nodes: [node('Relu', { attributes: [join(field(1, 'a'), field(4, 'n'.repeat(2 ** 21)))] })] }),
  ],
  ['20,001 nodes', 'too-many', 'over 20000 nodes', () => model({ more: listOf(1, node('Relu'), 20_000) })],
  [
    '20,001 nodes, hidden in functions',
    'too-many',
    'over 20000 nodes',
    () => model({ functions: [localFunction({ name: 'f', more: listOf(7, node('Relu'), 20_001) })] }),
  ],
  [
    '20,001 initializers',
    'too-many',
    'over 20000 initializers',
    () => model({ more: listOf(5, tensor({ dims: [0], raw: new Uint8Array(0) }), 20_001) }),
  ],
  [
    '1,001 functions',
    'too-many',
    'over 1000 functions',
    () => model({ functions: Array.from({ length: 1_001 }, (_, i) => localFunction({ name: `f${i}` })) }),
  ],
  [
    '1,001 opset imports',
    'too-many',
    'opset imports',
    () => model({ opsets: Array.from({ length: 1_002 }, (_, i) => opset(1, `d${i}`)) }),
  ],
  [
    'half a million notes',
    'too-many',
    'over 500000 parts',
    () => model({ tail: listOf(14, new Uint8Array(0), 500_001) }),
  ],
  [
    'four million empty names',
    'too-many',
    'over 4000000 fields',
    () => model({ nodes: [node('Relu', { more: listOf(1, new Uint8Array(0), 4_000_001) })] }),
  ],
  [
    'four million numbers, one a field',
    'too-many',
    'over 4000000 fields',
    () => model({ nodes: [node('Relu', { attributes: [repeated(number(8, 1), 4_000_001)] })] }),
  ],
  ['graphs nested nine deep', 'too-deep', 'nests over 8 graphs', () => nested(9)],
  ['graphs nested five hundred deep', 'too-deep', '', () => nested(500)],
  ['types nested a thousand deep', 'too-deep', 'parts within parts', () => nestedType(1_000)],
  [
    'graphs within training, nested nine deep',
    'too-deep',
    '',
    () =>
      model({
        tail: field(
          20,
          field(1, innerGraph(field(1, node('If', { attributes: [graphAttribute('g', innerOf(8))] })))),
        ),
      }),
  ],
]

export const HOSTILE_BYTES = [...CUT, ...SPELLINGS, ...MUCH]
