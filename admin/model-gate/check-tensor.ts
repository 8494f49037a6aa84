// One tensor of a file: are its numbers in the file itself, as many as its shape says, in the one field that its type
// calls for? So no shape can promise more than the file holds. Sparse tensors are refused: their shape is what they
// become in memory, whatever the file holds, and no image classifier has any.

import { OnnxRefused } from '../onnx-format/onnx-refused.ts'
import { DATA_TYPE } from '../onnx-format/onnx-schema.ts'
import type { Seen } from '../onnx-format/read-message.ts'
import { whereIs } from './where-is.ts'

interface Storage {
  /** Bits in `rawData`; undefined where raw data is not allowed. */
  readonly bits: number | undefined
  /** The field of numbers, and how many of them make an element. */
  readonly field: string
  readonly perElement: number
}

const storage = (bits: number | undefined, field: string, perElement = 1): Storage => ({
  bits,
  field,
  perElement,
})

const T = DATA_TYPE
const STORAGE: ReadonlyMap<number, Storage> = new Map([
  [T.float, storage(32, 'floatData')],
  [T.complex64, storage(64, 'floatData', 2)],
  [T.double, storage(64, 'doubleData')],
  [T.complex128, storage(128, 'doubleData', 2)],
  [T.int64, storage(64, 'int64Data')],
  [T.uint64, storage(64, 'uint64Data')],
  [T.uint32, storage(32, 'uint64Data')],
  [T.string, storage(undefined, 'stringData')],
  [T.int32, storage(32, 'int32Data')],
  ...[T.float16, T.bfloat16, T.int16, T.uint16].map((t) => [t, storage(16, 'int32Data')] as const),
  ...[T.bool, T.int8, T.uint8].map((t) => [t, storage(8, 'int32Data')] as const),
  ...[T.float8e4m3fn, T.float8e4m3fnuz, T.float8e5m2, T.float8e5m2fnuz, T.float8e8m0].map(
    (t) => [t, storage(8, 'int32Data')] as const,
  ),
  ...[T.uint4, T.int4, T.float4e2m1].map((t) => [t, storage(4, 'int32Data', 1 / 2)] as const),
  ...[T.uint2, T.int2].map((t) => [t, storage(2, 'int32Data', 1 / 4)] as const),
])
const DATA_FIELDS = [
  'rawData',
  'floatData',
  'doubleData',
  'int32Data',
  'int64Data',
  'uint64Data',
  'stringData',
]

export const isDataType = (type: number): boolean => STORAGE.has(type)

/** How many numbers it holds. */
export function checkTensor(tensor: Seen, elementsMax: number): number {
  checkInside(tensor)
  const type = tensor.numbers.get('dataType') ?? 0
  const kept = STORAGE.get(type)
  if (!kept)
    throw new OnnxRefused('tensor-data', `${whereIs(tensor)} is of type ${type}`, 'a type of the ONNX format')
  const elements = elementCount(tensor, tensor.dims, elementsMax)
  const given = DATA_FIELDS.filter((field) => tensor.counts.has(field))
  if (given.length > 1)
    throw new OnnxRefused('tensor-data', `${whereIs(tensor)} has ${given.join(' and ')}`, 'one of them')
  checkLength(tensor, { kept, field: given[0], elements })
  return elements
}

function checkInside(tensor: Seen): void {
  const location = tensor.numbers.get('dataLocation') ?? 0
  if (location !== 0 || tensor.counts.has('externalData'))
    throw new OnnxRefused(
      'external-data',
      `${whereIs(tensor)} keeps weights in other files`,
      'one self-contained file',
    )
  if (tensor.counts.has('segment'))
    throw new OnnxRefused('tensor-data', `${whereIs(tensor)} is a segment of another one`, 'whole tensors')
}

/** The product of the dimensions, within bounds. */
export function elementCount(seen: Seen, dims: readonly number[], elementsMax: number): number {
  const negative = dims.find((size) => size < 0)
  if (negative !== undefined)
    throw new OnnxRefused('dimensions', `${whereIs(seen)} has a dimension of ${negative}`, '0 or more')
  // Not all at once: 0 x 2^62 is nothing, but somebody multiplies from the other end.
  const count = dims.reduce((product, size) => product * Math.max(size, 1), 1)
  if (count > elementsMax)
    throw new OnnxRefused(
      'dimensions',
      `${whereIs(seen)} has the dimensions [${dims.join(',')}]`,
      `at most ${elementsMax} elements`,
    )
  return dims.includes(0) ? 0 : count
}

interface Given {
  readonly kept: Storage
  readonly field: string | undefined
  readonly elements: number
}

function checkLength(tensor: Seen, { kept, field, elements }: Given): void {
  if (field !== undefined && field !== kept.field && !(field === 'rawData' && kept.bits !== undefined))
    throw new OnnxRefused(
      'tensor-data',
      `${whereIs(tensor)} keeps its numbers in ${field}`,
      kept.bits === undefined ? kept.field : `rawData or ${kept.field}`,
    )
  const isRaw = field === 'rawData'
  const needed = Math.ceil(isRaw ? (elements * kept.bits!) / 8 : elements * kept.perElement)
  const came = field === undefined ? 0 : tensor.counts.get(field)!
  if (came !== needed)
    throw new OnnxRefused(
      'tensor-data',
      `${whereIs(tensor)} with the dimensions [${tensor.dims.join(',')}] has ${came} ${isRaw ? 'bytes' : 'numbers'}`,
      String(needed),
    )
}
