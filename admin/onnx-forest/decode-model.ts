// Bytes from outside to a decoded model, within bounds that hold before memory is taken: a file of two-byte
// messages or one-byte numbers would otherwise grow thirtyfold or more in memory. Everything that goes wrong is
// one refusal; what the decoder says about it is its cause.

import protobuf from 'protobufjs/light.js'
import { type ModelProto, OnnxModel } from './onnx-descriptor.ts'
import { OnnxForestRefused } from './onnx-forest-refused.ts'

/** Far above any forest for a device: a hundred trees of depth 4 take 100 kB. */
export const FILE_MAX_BYTES = 64 * 2 ** 20
export const NODES_MAX = 1_000_000
/** A node's row has ten numbers and a mode, a leaf's two rows eight numbers. */
const NUMBERS_MAX = 16 * NODES_MAX
/** Texts and messages; a mode a node and some thousands of others. */
const PARTS_MAX = 1.2 * NODES_MAX

export function decodeModel(bytes: Uint8Array): ModelProto {
  if (bytes.length > FILE_MAX_BYTES)
    throw new OnnxForestRefused(
      'too-large',
      `Cannot read ONNX forest: is ${bytes.length} bytes, expected at most ${FILE_MAX_BYTES}`,
    )
  try {
    return OnnxModel.decode(new BoundedReader(bytes)) as unknown as ModelProto
  } catch (cause) {
    if (cause instanceof OnnxForestRefused) throw cause
    throw new OnnxForestRefused(
      'not-onnx',
      'Cannot read ONNX forest: does not parse, expected an ONNX file',
      {
        cause,
      },
    )
  }
}

/** Counts what it hands out. */
class BoundedReader extends protobuf.Reader {
  override discardUnknown = true
  #numbers = 0
  #parts = 0

  constructor(bytes: Uint8Array) {
    // A view as a plain Uint8Array: the library's own reader for Buffers is another class.
    super(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  }

  /**
   * A plain number, not the library's object of 40 bytes; beyond 2^53, where no id lies, a rounded one. Up to four
   * bytes are read here: the library makes two objects of each number, a second for three million.
   */
  override int64(): ReturnType<protobuf.Reader['int64']> {
    this.#countNumber()
    const start = this.pos
    let value = 0
    for (let shift = 0; shift < 28 && this.pos < this.len; shift += 7) {
      const byte = this.buf[this.pos++]!
      value |= (byte & 127) << shift
      if (byte < 128) return asLong(value)
    }
    this.pos = start
    return asLong(Number(super.int64()))
  }

  override float(): number {
    this.#countNumber()
    return super.float()
  }

  override double(): number {
    this.#countNumber()
    return super.double()
  }

  /** The length of a text, a message or a packed list. */
  override size(): number {
    if (++this.#parts > PARTS_MAX) tooMany('parts', PARTS_MAX)
    return super.size()
  }

  #countNumber(): void {
    if (++this.#numbers > NUMBERS_MAX) tooMany('numbers', NUMBERS_MAX)
  }
}

/** The library's types know objects alone. */
function asLong(value: number): ReturnType<protobuf.Reader['int64']> {
  return value as unknown as ReturnType<protobuf.Reader['int64']>
}

function tooMany(what: string, most: number): never {
  throw new OnnxForestRefused(
    'too-large',
    `Cannot read ONNX forest: has more than ${most} ${what}, expected at most ${NODES_MAX} nodes`,
  )
}
