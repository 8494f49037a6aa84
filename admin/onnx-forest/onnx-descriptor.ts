// The part of the ONNX format that a forest needs, as a protobufjs descriptor: picked from the table of the format.
// Readers skip what is not listed. Byte strings of attributes are read as text, since here they are all names.
// Attributes have no nested graphs here, so decoding does not recurse.

import protobuf from 'protobufjs/light.js'
import { type MessageType, ONNX_SCHEMA } from '../onnx-format/onnx-schema.ts'

const PICKED: Partial<Record<MessageType, readonly string[]>> = {
  ModelProto: [
    'irVersion',
    'producerName',
    'docString',
    'graph',
    'opsetImport',
    'metadataProps',
    'functions',
  ],
  GraphProto: ['node', 'name', 'input', 'output'],
  NodeProto: ['input', 'output', 'name', 'opType', 'attribute', 'domain'],
  AttributeProto: ['name', 's', 't', 'floats', 'ints', 'strings', 'type'],
  TensorProto: ['dims', 'dataType', 'floatData', 'name', 'rawData', 'doubleData', 'dataLocation'],
  ValueInfoProto: ['name', 'type'],
  TypeProto: ['tensorType'],
  TensorTypeProto: ['elemType', 'shape'],
  TensorShapeProto: ['dim'],
  DimensionProto: ['dimValue', 'dimParam'],
  OperatorSetIdProto: ['domain', 'version'],
  StringStringEntryProto: ['key', 'value'],
  FunctionProto: ['name'],
}
const READ_AS_TEXT = ['s', 'strings']

const nested = Object.entries(PICKED).map(([message, names]) => {
  const fields = names.map((name) => {
    const [id, type, rule] = ONNX_SCHEMA[message as MessageType][name]!
    return [name, { id, type: READ_AS_TEXT.includes(name) ? 'string' : type, ...(rule ? { rule } : {}) }]
  })
  return [message, { fields: Object.fromEntries(fields) }]
})
const root = protobuf.Root.fromJSON({ nested: Object.fromEntries(nested) })

export const OnnxModel = root.lookupType('ModelProto')

/** What decoding gives. What the file does not have is its type's default, for a message null. */
export interface ModelProto {
  graph: GraphProto | null
  metadataProps: { key: string; value: string }[]
  functions: { name: string }[]
}
export interface GraphProto {
  node: NodeProto[]
  input: ValueInfoProto[]
}
export interface NodeProto {
  input: string[]
  output: string[]
  opType: string
  domain: string
  attribute: AttributeProto[]
}
export interface AttributeProto {
  name: string
  s: string
  t: TensorProto | null
  floats: number[]
  ints: number[]
  strings: string[]
}
export interface TensorProto {
  dataType: number
  floatData: number[]
  doubleData: number[]
  rawData: Uint8Array
  dataLocation: number
}
export interface ValueInfoProto {
  name: string
  type: {
    tensorType: { elemType: number; shape: { dim: { dimValue: number | object }[] } | null } | null
  } | null
}
