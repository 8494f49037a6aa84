// The ONNX format as a table: every message with its fields' numbers and types, from onnx/onnx-ml.proto up to IR
// version 13 (https://github.com/onnx/onnx, Apache-2.0). The gate walks a file by it and refuses what it does not
// list; the forest's reader takes the few fields that a forest has. Enums are int32 on the wire.

export type Scalar = 'int32' | 'int64' | 'uint64' | 'float' | 'double' | 'string' | 'bytes'
export type FieldRow = readonly [id: number, type: Scalar | MessageType, rule?: 'repeated']
type Rows = Readonly<Record<string, FieldRow>>

export type MessageType =
  | 'ModelProto'
  | 'GraphProto'
  | 'NodeProto'
  | 'AttributeProto'
  | 'TensorProto'
  | 'SegmentProto'
  | 'SparseTensorProto'
  | 'ValueInfoProto'
  | 'TypeProto'
  | 'TensorTypeProto'
  | 'SequenceTypeProto'
  | 'MapTypeProto'
  | 'OptionalTypeProto'
  | 'SparseTypeProto'
  | 'OpaqueTypeProto'
  | 'TensorShapeProto'
  | 'DimensionProto'
  | 'FunctionProto'
  | 'TrainingInfoProto'
  | 'TensorAnnotationProto'
  | 'OperatorSetIdProto'
  | 'StringStringEntryProto'
  | 'DeviceConfigurationProto'
  | 'NodeDeviceConfigurationProto'
  | 'ShardingSpecProto'
  | 'ShardedDimProto'
  | 'SimpleShardedDimProto'
  | 'IntIntListEntryProto'

const metadata = (id: number): FieldRow => [id, 'StringStringEntryProto', 'repeated']

export const ONNX_SCHEMA: Readonly<Record<MessageType, Rows>> = {
  ModelProto: {
    irVersion: [1, 'int64'],
    producerName: [2, 'string'],
    producerVersion: [3, 'string'],
    domain: [4, 'string'],
    modelVersion: [5, 'int64'],
    docString: [6, 'string'],
    graph: [7, 'GraphProto'],
    opsetImport: [8, 'OperatorSetIdProto', 'repeated'],
    metadataProps: metadata(14),
    trainingInfo: [20, 'TrainingInfoProto', 'repeated'],
    functions: [25, 'FunctionProto', 'repeated'],
    configuration: [26, 'DeviceConfigurationProto', 'repeated'],
  },
  GraphProto: {
    node: [1, 'NodeProto', 'repeated'],
    name: [2, 'string'],
    initializer: [5, 'TensorProto', 'repeated'],
    docString: [10, 'string'],
    input: [11, 'ValueInfoProto', 'repeated'],
    output: [12, 'ValueInfoProto', 'repeated'],
    valueInfo: [13, 'ValueInfoProto', 'repeated'],
    quantizationAnnotation: [14, 'TensorAnnotationProto', 'repeated'],
    sparseInitializer: [15, 'SparseTensorProto', 'repeated'],
    metadataProps: metadata(16),
  },
  NodeProto: {
    input: [1, 'string', 'repeated'],
    output: [2, 'string', 'repeated'],
    name: [3, 'string'],
    opType: [4, 'string'],
    attribute: [5, 'AttributeProto', 'repeated'],
    docString: [6, 'string'],
    domain: [7, 'string'],
    overload: [8, 'string'],
    metadataProps: metadata(9),
    deviceConfigurations: [10, 'NodeDeviceConfigurationProto', 'repeated'],
  },
  AttributeProto: {
    name: [1, 'string'],
    f: [2, 'float'],
    i: [3, 'int64'],
    s: [4, 'bytes'],
    t: [5, 'TensorProto'],
    g: [6, 'GraphProto'],
    floats: [7, 'float', 'repeated'],
    ints: [8, 'int64', 'repeated'],
    strings: [9, 'bytes', 'repeated'],
    tensors: [10, 'TensorProto', 'repeated'],
    graphs: [11, 'GraphProto', 'repeated'],
    docString: [13, 'string'],
    tp: [14, 'TypeProto'],
    typeProtos: [15, 'TypeProto', 'repeated'],
    type: [20, 'int32'],
    refAttrName: [21, 'string'],
    sparseTensor: [22, 'SparseTensorProto'],
    sparseTensors: [23, 'SparseTensorProto', 'repeated'],
  },
  TensorProto: {
    dims: [1, 'int64', 'repeated'],
    dataType: [2, 'int32'],
    segment: [3, 'SegmentProto'],
    floatData: [4, 'float', 'repeated'],
    int32Data: [5, 'int32', 'repeated'],
    stringData: [6, 'bytes', 'repeated'],
    int64Data: [7, 'int64', 'repeated'],
    name: [8, 'string'],
    rawData: [9, 'bytes'],
    doubleData: [10, 'double', 'repeated'],
    uint64Data: [11, 'uint64', 'repeated'],
    docString: [12, 'string'],
    externalData: [13, 'StringStringEntryProto', 'repeated'],
    dataLocation: [14, 'int32'],
    metadataProps: metadata(16),
  },
  SegmentProto: { begin: [1, 'int64'], end: [2, 'int64'] },
  SparseTensorProto: {
    values: [1, 'TensorProto'],
    indices: [2, 'TensorProto'],
    dims: [3, 'int64', 'repeated'],
  },
  ValueInfoProto: {
    name: [1, 'string'],
    type: [2, 'TypeProto'],
    docString: [3, 'string'],
    metadataProps: metadata(4),
  },
  TypeProto: {
    tensorType: [1, 'TensorTypeProto'],
    sequenceType: [4, 'SequenceTypeProto'],
    mapType: [5, 'MapTypeProto'],
    denotation: [6, 'string'],
    opaqueType: [7, 'OpaqueTypeProto'],
    sparseTensorType: [8, 'SparseTypeProto'],
    optionalType: [9, 'OptionalTypeProto'],
  },
  TensorTypeProto: { elemType: [1, 'int32'], shape: [2, 'TensorShapeProto'] },
  SequenceTypeProto: { elemType: [1, 'TypeProto'] },
  MapTypeProto: { keyType: [1, 'int32'], valueType: [2, 'TypeProto'] },
  OptionalTypeProto: { elemType: [1, 'TypeProto'] },
  SparseTypeProto: { elemType: [1, 'int32'], shape: [2, 'TensorShapeProto'] },
  OpaqueTypeProto: { domain: [1, 'string'], name: [2, 'string'] },
  TensorShapeProto: { dim: [1, 'DimensionProto', 'repeated'] },
  DimensionProto: { dimValue: [1, 'int64'], dimParam: [2, 'string'], denotation: [3, 'string'] },
  FunctionProto: {
    name: [1, 'string'],
    input: [4, 'string', 'repeated'],
    output: [5, 'string', 'repeated'],
    attribute: [6, 'string', 'repeated'],
    node: [7, 'NodeProto', 'repeated'],
    docString: [8, 'string'],
    opsetImport: [9, 'OperatorSetIdProto', 'repeated'],
    domain: [10, 'string'],
    attributeProto: [11, 'AttributeProto', 'repeated'],
    valueInfo: [12, 'ValueInfoProto', 'repeated'],
    overload: [13, 'string'],
    metadataProps: metadata(14),
  },
  TrainingInfoProto: {
    initialization: [1, 'GraphProto'],
    algorithm: [2, 'GraphProto'],
    initializationBinding: metadata(3),
    updateBinding: metadata(4),
  },
  TensorAnnotationProto: { tensorName: [1, 'string'], quantParameterTensorNames: metadata(2) },
  OperatorSetIdProto: { domain: [1, 'string'], version: [2, 'int64'] },
  StringStringEntryProto: { key: [1, 'string'], value: [2, 'string'] },
  DeviceConfigurationProto: {
    name: [1, 'string'],
    numDevices: [2, 'int32'],
    device: [3, 'string', 'repeated'],
  },
  NodeDeviceConfigurationProto: {
    configurationId: [1, 'string'],
    shardingSpec: [2, 'ShardingSpecProto', 'repeated'],
    pipelineStage: [3, 'int32'],
  },
  ShardingSpecProto: {
    tensorName: [1, 'string'],
    device: [2, 'int64', 'repeated'],
    indexToDeviceGroupMap: [3, 'IntIntListEntryProto', 'repeated'],
    shardedDim: [4, 'ShardedDimProto', 'repeated'],
  },
  ShardedDimProto: { axis: [1, 'int64'], simpleSharding: [2, 'SimpleShardedDimProto', 'repeated'] },
  SimpleShardedDimProto: { dimValue: [1, 'int64'], dimParam: [2, 'string'], numShards: [3, 'int64'] },
  IntIntListEntryProto: { key: [1, 'int64'], value: [2, 'int64', 'repeated'] },
}

/** AttributeProto.AttributeType */
export const ATTRIBUTE_TYPE = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  tensors: 9,
  graphs: 10,
  sparseTensor: 11,
  sparseTensors: 12,
  typeProto: 13,
  typeProtos: 14,
} as const

/** TensorProto.DataType */
export const DATA_TYPE = {
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  double: 11,
  uint32: 12,
  uint64: 13,
  complex64: 14,
  complex128: 15,
  bfloat16: 16,
  float8e4m3fn: 17,
  float8e4m3fnuz: 18,
  float8e5m2: 19,
  float8e5m2fnuz: 20,
  uint4: 21,
  int4: 22,
  float4e2m1: 23,
  float8e8m0: 24,
  uint2: 25,
  int2: 26,
} as const
