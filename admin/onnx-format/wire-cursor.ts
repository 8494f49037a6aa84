// A position in a file of protocol buffers and what can be read there: varints, tags, lengths, texts. Only a window of
// the file is in memory, and what is skipped is never read: a gigabyte of weights costs a seek. Source: Protocol
// Buffers, Encoding (https://protobuf.dev/programming-guides/encoding).
//
// Stricter than the format: a varint in more bytes than it needs is refused, since no writer makes one and two readers
// may differ in what it means.

import { isUtf8 } from 'node:buffer'
import { OnnxRefused } from './onnx-refused.ts'

export interface ByteSource {
  readonly sizeBytes: number
  /** Fills `into` from `position` on; how many bytes came, 0 at the end alone. */
  read(into: Uint8Array, position: number): number
}

export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

/** Tags, names and shapes lie close together; weights are skipped. */
const WINDOW_BYTES = 64 * 1024
const UINT32 = 2 ** 32

export class WireCursor {
  position = 0
  readonly #source: ByteSource
  readonly #window = Buffer.alloc(WINDOW_BYTES)
  #start = 0
  #end = 0

  constructor(source: ByteSource) {
    this.#source = source
  }

  get sizeBytes(): number {
    return this.#source.sizeBytes
  }

  byte(): number {
    if (this.position < this.#start || this.position >= this.#end) this.#fill()
    return this.#window[this.position++ - this.#start]!
  }

  /** As a signed number of 64 bits; beyond 2^53, where no size or version lies, a rounded one. */
  varint(): number {
    const first = this.byte()
    if (first < 128) return first
    let low = first & 127
    let high = 0
    for (let shift = 7; ; shift += 7) {
      const byte = this.byte()
      const bits = byte & 127
      if (shift < 28) low |= bits << shift
      else if (shift === 28) {
        low |= bits << 28
        high = bits >>> 4
      } else high |= bits << (shift - 32)
      if (shift === 63 && byte > 1) refuseVarint('is over 64 bits')
      if (byte >= 128) continue
      if (byte === 0) refuseVarint('takes more bytes than it needs')
      return high * UINT32 + (low >>> 0)
    }
  }

  /** The length of what follows, which must end at `end` or before. */
  length(end: number): number {
    const length = this.varint()
    if (length < 0 || length > end - this.position)
      throw new OnnxRefused(
        'truncated',
        `a part of ${length} bytes begins at byte ${this.position} of ${this.sizeBytes}`,
        `at most the ${end - this.position} bytes that are left there`,
      )
    return length
  }

  /** Never beyond a length that was checked. */
  skip(byteCount: number): void {
    this.position += byteCount
  }

  text(byteCount: number): string {
    if (byteCount === 0) return ''
    const at = this.position
    const bytes = this.#take(byteCount)
    if (!isUtf8(bytes)) throw new OnnxRefused('bad-text', `the text at byte ${at} is not UTF-8`, 'UTF-8')
    if (bytes.includes(0)) throw new OnnxRefused('bad-text', `the text at byte ${at} holds a NUL`, 'none')
    return bytes.toString('utf8')
  }

  #take(byteCount: number): Buffer {
    const from = this.position - this.#start
    this.position += byteCount
    if (from >= 0 && this.position <= this.#end) return this.#window.subarray(from, from + byteCount)
    const bytes = Buffer.alloc(byteCount)
    for (let done = 0; done < byteCount; ) {
      const count = this.#source.read(bytes.subarray(done), this.#start + from + done)
      if (count === 0) this.#refuseEnd()
      done += count
    }
    return bytes
  }

  #fill(): void {
    this.#start = this.position
    this.#end = this.position
    if (this.position < this.sizeBytes) this.#end += this.#source.read(this.#window, this.position)
    if (this.#end === this.#start) this.#refuseEnd()
  }

  #refuseEnd(): never {
    throw new OnnxRefused('truncated', `ends at byte ${this.sizeBytes}, within a field`, 'a whole ONNX file')
  }
}

function refuseVarint(what: string): never {
  throw new OnnxRefused('malformed', `a number ${what}`, 'protocol buffers as their writers make them')
}

/** Of bytes that are in memory. */
export function sourceOf(bytes: Uint8Array): ByteSource {
  return {
    sizeBytes: bytes.length,
    read(into, position) {
      const part = bytes.subarray(position, position + into.length)
      into.set(part)
      return part.length
    },
  }
}
