// Tensors as binary data: little-endian, row major, no padding; an element of BYTES is its length in four bytes and
// then the bytes. Source: Triton's extension_binary_data.md. Node runs on little-endian machines only here (x64,
// arm64), so numbers are copied as they lie.

import { invalid } from '../oip-refused.ts'
import { elementCount, type OipTensor, spellHead, type TensorHead } from './oip-tensor.ts'

const LENGTH_BYTES = 4

/** Refuses what is not exactly the tensor's size. */
export function decodeBinary(head: TensorHead, bytes: Uint8Array): OipTensor {
  const { name, shape, datatype } = head
  const count = elementCount(head)
  switch (datatype) {
    case 'FP32':
      return { name, shape, datatype, data: new Float32Array(exactly(head, bytes, count * 4)) }
    case 'UINT8':
      return { name, shape, datatype, data: new Uint8Array(exactly(head, bytes, count)) }
    case 'FP16': {
      const halves = new Uint16Array(exactly(head, bytes, count * 2))
      return { name, shape, datatype: 'FP32', data: Float32Array.from(halves, fromHalf) }
    }
    case 'FP64': {
      const doubles = new Float64Array(exactly(head, bytes, count * 8))
      return { name, shape, datatype: 'FP32', data: Float32Array.from(doubles) }
    }
    case 'BYTES':
      return { name, shape, datatype, data: splitElements(head, bytes, count) }
    default:
      throw invalid(`Cannot read tensor "${name}": is ${datatype}, expected FP32, UINT8, FP16, FP64 or BYTES`)
  }
}

export function encodeBinary(tensor: OipTensor): Uint8Array {
  if (tensor.datatype !== 'BYTES') {
    const { buffer, byteOffset, byteLength } = tensor.data
    return new Uint8Array(buffer, byteOffset, byteLength)
  }
  return Buffer.concat(
    tensor.data.flatMap((element) => {
      const length = Buffer.alloc(LENGTH_BYTES)
      length.writeUInt32LE(element.length)
      return [length, element]
    }),
  )
}

/** A copy of its own, as a view for numbers must begin at a multiple of their size. */
function exactly(head: TensorHead, bytes: Uint8Array, expected: number): ArrayBuffer {
  if (bytes.length !== expected)
    throw invalid(
      `Cannot read tensor "${head.name}": has ${bytes.length} bytes, expected ${expected} for ${spellHead(head)}`,
    )
  return new Uint8Array(bytes).buffer
}

/** Views, not copies: an image is as long as the body. */
function splitElements({ name }: TensorHead, bytes: Uint8Array, count: number): Uint8Array[] {
  const elements: Uint8Array[] = []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  while (at < bytes.length && elements.length <= count) {
    const start = at + LENGTH_BYTES
    const end = start <= bytes.length ? start + view.getUint32(at, true) : Number.POSITIVE_INFINITY
    if (end > bytes.length)
      throw invalid(
        `Cannot read tensor "${name}": element ${elements.length} ends behind its ${bytes.length} bytes, expected each after its length in four bytes`,
      )
    elements.push(bytes.subarray(start, end))
    at = end
  }
  if (at !== bytes.length || elements.length !== count)
    throw invalid(
      `Cannot read tensor "${name}": has ${at === bytes.length ? elements.length : `over ${count}`} elements, expected ${count} by its shape`,
    )
  return elements
}

/** IEEE 754 binary16: one bit sign, five exponent, ten fraction. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
