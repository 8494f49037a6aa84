// The part of the ONNX format that a forest needs, as a protobufjs descriptor: field numbers and types from
// onnx/onnx-ml.proto of the onnx package 1.12.0 (Apache-2.0, https://github.com/onnx/onnx). Readers skip what is
// not listed. Byte strings of attributes are read as text, since here they are all names. Attributes have no
// nested graphs here, so decoding does not recurse.

import protobuf from 'protobufjs/light.js'

const fields = (list: Record<string, readonly [id: number, type: string, rule?: 'repeated']>) => ({
  fields: Object.fromEntries(
    Object.entries(list).map(([name, [id, type, rule]]) => [
      name,
      { id, type, ...(rule === undefined ? {} : { rule }) },
    ]),
  ),
})

const root = protobuf.Root.fromJSON({
  nested: {
    ModelProto: fields({
      irVersion: [1, 'int64'],
      producerName: [2, 'string'],
      docString: [6, 'string'],
      graph: [7, 'GraphProto'],
      opsetImport: [8, 'OperatorSetIdProto', 'repeated'],
      metadataProps: [14, 'StringStringEntryProto', 'repeated'],
      functions: [25, 'FunctionProto', 'repeated'],
    }),
    GraphProto: fields({
      node: [1, 'NodeProto', 'repeated'],
      name: [2, 'string'],
      input: [11, 'ValueInfoProto', 'repeated'],
      output: [12, 'ValueInfoProto', 'repeated'],
    }),
    NodeProto: fields({
      input: [1, 'string', 'repeated'],
      output: [2, 'string', 'repeated'],
      name: [3, 'string'],
      opType: [4, 'string'],
      attribute: [5, 'AttributeProto', 'repeated'],
      domain: [7, 'string'],
    }),
    AttributeProto: fields({
      name: [1, 'string'],
      s: [4, 'string'],
      t: [5, 'TensorProto'],
      floats: [7, 'float', 'repeated'],
      ints: [8, 'int64', 'repeated'],
      strings: [9, 'string', 'repeated'],
      type: [20, 'int32'],
    }),
    TensorProto: fields({
      dims: [1, 'int64', 'repeated'],
      dataType: [2, 'int32'],
      floatData: [4, 'float', 'repeated'],
      name: [8, 'string'],
      rawData: [9, 'bytes'],
      doubleData: [10, 'double', 'repeated'],
      dataLocation: [14, 'int32'],
    }),
    ValueInfoProto: fields({ name: [1, 'string'], type: [2, 'TypeProto'] }),
    TypeProto: fields({ tensorType: [1, 'TensorTypeProto'] }),
    TensorTypeProto: fields({ elemType: [1, 'int32'], shape: [2, 'TensorShapeProto'] }),
    TensorShapeProto: fields({ dim: [1, 'DimensionProto', 'repeated'] }),
    DimensionProto: fields({ dimValue: [1, 'int64'], dimParam: [2, 'string'] }),
    OperatorSetIdProto: fields({ domain: [1, 'string'], version: [2, 'int64'] }),
    StringStringEntryProto: fields({ key: [1, 'string'], value: [2, 'string'] }),
    FunctionProto: fields({ name: [1, 'string'] }),
  },
})

export const OnnxModel = root.lookupType('ModelProto')

/** AttributeProto.AttributeType */
export const ATTRIBUTE_TYPE = { string: 3, tensor: 4, floats: 6, ints: 7, strings: 8 } as const
/** TensorProto.DataType */
export const DATA_TYPE = { float: 1, int64: 7, double: 11 } as const

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
