// The frame of the binary tensor extension, in both directions: JSON, whose length a header tells, then the data of
// the binary tensors in the order of the JSON. Whatever the lengths claim, they must cover the body exactly: a gap
// or an overlap means that the two sides disagree about which bytes are which pixels.

import { HEADER_LENGTH, type TensorMessage } from '#contract/oip/infer.ts'
import { invalid } from '../oip-refused.ts'
import { decodeBinary, encodeBinary } from './binary-tensor.ts'
import { parseBoundedJson } from './bounded-json.ts'
import { type BytesAs, decodeJson, encodeJson } from './json-tensor.ts'
import type { OipTensor } from './oip-tensor.ts'

export interface Framed {
  readonly json: unknown
  readonly binary: Uint8Array
}

/** `headerLength` is the header as it came. */
export function unframe(body: Uint8Array, headerLength: string | undefined): Framed {
  if (headerLength === undefined) return { json: parseBoundedJson(body), binary: new Uint8Array() }
  const length = /^\d{1,9}$/.test(headerLength) ? Number(headerLength) : Number.NaN
  if (!(length >= 1 && length <= body.length))
    throw invalid(
      `Cannot read body: "${HEADER_LENGTH}" is ${JSON.stringify(headerLength.slice(0, 40))}, expected the length of the JSON, 1 to ${body.length}`,
    )
  return { json: parseBoundedJson(body.subarray(0, length)), binary: body.subarray(length) }
}

/** Reads all tensors of a message; `check` may refuse one before its data is touched. */
export function readTensors(
  messages: readonly TensorMessage[],
  binary: Uint8Array,
  { check = () => {}, bytesAs }: { check?: (message: TensorMessage) => void; bytesAs: BytesAs },
): OipTensor[] {
  let at = 0
  const tensors = messages.map((message) => {
    check(message)
    const size = message.parameters?.binary_data_size
    const data = message.data ?? undefined
    if ((size === undefined) === (data === undefined))
      throw invalid(
        `Cannot read tensor "${message.name}": has ${size === undefined ? 'neither' : 'both'} "data" and "binary_data_size", expected one`,
      )
    if (size === undefined) return decodeJson(message, data, bytesAs)
    if (size > binary.length - at)
      throw invalid(
        `Cannot read tensor "${message.name}": claims ${size} bytes, expected at most the ${binary.length - at} that follow`,
      )
    at += size
    return decodeBinary(message, binary.subarray(at - size, at))
  })
  if (at !== binary.length)
    throw invalid(`Cannot read body: has ${binary.length - at} bytes that belong to no tensor, expected none`)
  return tensors
}

export interface OutgoingTensor {
  readonly tensor: OipTensor
  readonly isBinary: boolean
  readonly parameters?: Readonly<Record<string, unknown>>
}

export interface Outgoing {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array<ArrayBuffer>
}

/** `write` places the tensors' JSON into the message. */
export function frame(
  tensors: readonly OutgoingTensor[],
  write: (tensors: readonly object[]) => object,
): Outgoing {
  const parts: Uint8Array[] = []
  const messages = tensors.map(({ tensor, isBinary, parameters = {} }) => {
    const { name, datatype, shape } = tensor
    if (!isBinary) return { name, datatype, shape, parameters, data: encodeJson(tensor) }
    const bytes = encodeBinary(tensor)
    parts.push(bytes)
    return { name, datatype, shape, parameters: { ...parameters, binary_data_size: bytes.length } }
  })
  const json = Buffer.from(JSON.stringify(write(messages)))
  if (parts.length === 0) return { headers: { 'content-type': 'application/json' }, body: json }
  const headers = { 'content-type': 'application/octet-stream', [HEADER_LENGTH]: String(json.length) }
  return { headers, body: Buffer.concat([json, ...parts]) }
}
