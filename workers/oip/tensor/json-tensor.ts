// Tensors as JSON: one flat list in row-major order, or lists in lists of exactly the shape. Numbers that the data
// type cannot hold are refused, since rounding them silently would be another image. An element of BYTES is a
// string; what it means is told by whoever reads (the protocol says nothing, kserve/open-inference-protocol#12).

import { invalid } from '../oip-refused.ts'
import { elementCount, type OipTensor, spellHead, type TensorHead } from './oip-tensor.ts'

export type BytesAs = 'utf8' | 'base64'

export function decodeJson(head: TensorHead, data: unknown, bytesAs: BytesAs): OipTensor {
  const { name, shape, datatype } = head
  const count = elementCount(head)
  switch (datatype) {
    case 'FP32':
    case 'FP16':
    case 'FP64': {
      const numbers = new Float32Array(count)
      fill(head, data, (value, i) => {
        numbers[i] = value as number
        return typeof value === 'number' && Number.isFinite(numbers[i])
      })
      return { name, shape, datatype: 'FP32', data: numbers }
    }
    case 'UINT8': {
      const numbers = new Uint8Array(count)
      fill(head, data, (value, i) => {
        numbers[i] = value as number
        return numbers[i] === value
      })
      return { name, shape, datatype, data: numbers }
    }
    case 'BYTES': {
      const elements: Uint8Array[] = new Array(count)
      fill(head, data, (value, i) => {
        const bytes = typeof value === 'string' ? bytesOf(value, bytesAs) : undefined
        if (bytes) elements[i] = bytes
        return bytes !== undefined
      })
      return { name, shape, datatype, data: elements }
    }
    default:
      throw invalid(`Cannot read tensor "${name}": is ${datatype}, expected FP32, UINT8, FP16, FP64 or BYTES`)
  }
}

/** Flat, in row-major order. */
export function encodeJson(tensor: OipTensor): (number | string)[] {
  return tensor.datatype === 'BYTES'
    ? tensor.data.map((element) => Buffer.from(element).toString('utf8'))
    : Array.from(tensor.data)
}

function bytesOf(text: string, as: BytesAs): Uint8Array | undefined {
  if (as === 'base64' && (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text))) return undefined
  return Buffer.from(text, as)
}

/** `put` says whether it could take the value. */
function fill(head: TensorHead, data: unknown, put: (value: unknown, i: number) => boolean): void {
  const { name, shape } = head
  const count = elementCount(head)
  const isFlat = Array.isArray(data) && !Array.isArray(data[0])
  const sizes = isFlat ? [count] : shape
  let i = 0
  const walk = (list: unknown, level: number): void => {
    if (!Array.isArray(list) || list.length !== sizes[level])
      throw invalid(
        `Cannot read tensor "${name}": has ${Array.isArray(list) ? `a list of ${list.length}` : 'no list'}, expected ${sizes[level]} elements at depth ${level} of ${spellHead(head)}`,
      )
    for (const item of list)
      if (level + 1 < sizes.length) walk(item, level + 1)
      else if (put(item, i)) i++
      else throw invalid(`Cannot read tensor "${name}": element ${i} is no value of ${head.datatype}`)
  }
  walk(data, 0)
}
