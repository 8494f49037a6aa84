// The attributes of a TreeEnsembleClassifier node by their names in ONNX, to and from the arrays that core knows.
// Numbers come as 32-bit `floats` or, from version 3 of ai.onnx.ml on, as tensors of doubles (`*_as_tensor`);
// we read both and write doubles.

import type { TreeEnsemble } from '#core/forest/tree-ensemble.ts'
import { ATTRIBUTE_TYPE, DATA_TYPE } from '../onnx-format/onnx-schema.ts'
import type { AttributeProto, TensorProto } from './onnx-descriptor.ts'
import { OnnxForestRefused } from './onnx-forest-refused.ts'

const NODE_INTS = {
  treeIds: 'nodes_treeids',
  nodeIds: 'nodes_nodeids',
  featureIds: 'nodes_featureids',
  trueNodeIds: 'nodes_truenodeids',
  falseNodeIds: 'nodes_falsenodeids',
  missingTracksTrue: 'nodes_missing_value_tracks_true',
} as const
const CLASS_INTS = { treeIds: 'class_treeids', nodeIds: 'class_nodeids', ids: 'class_ids' } as const

/** Throws an `OnnxForestRefused` for tensors that are not lists of numbers in the file itself. */
export function ensembleOfAttributes(attributes: readonly AttributeProto[]): {
  ensemble: TreeEnsemble
  labels: string[]
} {
  const named = new Map(attributes.map((attribute) => [attribute.name, attribute]))
  const ints = <K extends string>(names: Record<K, string>) =>
    Object.fromEntries(
      Object.entries<string>(names).map(([key, name]) => [key, named.get(name)?.ints ?? []]),
    ) as Record<K, number[]>
  const numbers = (name: string) => {
    const tensor = named.get(`${name}_as_tensor`)?.t
    return tensor === undefined || tensor === null ? (named.get(name)?.floats ?? []) : numbersIn(tensor, name)
  }
  const texts = named.get('classlabels_strings')?.strings ?? []
  const labels = texts.length > 0 ? texts : (named.get('classlabels_int64s')?.ints ?? []).map(String)
  const ensemble: TreeEnsemble = {
    nodes: {
      ...ints(NODE_INTS),
      values: numbers('nodes_values'),
      modes: named.get('nodes_modes')?.strings ?? [],
    },
    classes: { ...ints(CLASS_INTS), weights: numbers('class_weights') },
    baseValues: numbers('base_values'),
    postTransform: named.get('post_transform')?.s || 'NONE',
    labelCount: labels.length,
  }
  return { ensemble, labels }
}

/** What protobufjs needs to encode them. */
export function attributesOfEnsemble({ nodes, classes, postTransform }: TreeEnsemble): object[] {
  const ints = (group: object, names: Record<string, string>) =>
    Object.entries(names).map(([key, name]) => ({
      name,
      type: ATTRIBUTE_TYPE.ints,
      ints: group[key as keyof typeof group],
    }))
  return [
    ...ints(nodes, NODE_INTS),
    { name: 'nodes_modes', type: ATTRIBUTE_TYPE.strings, strings: nodes.modes },
    doubles('nodes_values', nodes.values),
    ...ints(classes, CLASS_INTS),
    doubles('class_weights', classes.weights),
    { name: 'classlabels_int64s', type: ATTRIBUTE_TYPE.ints, ints: [0, 1] },
    { name: 'post_transform', type: ATTRIBUTE_TYPE.string, s: postTransform },
  ]
}

function doubles(key: string, values: ArrayLike<number>): object {
  const name = `${key}_as_tensor`
  const t = { name, dims: [values.length], dataType: DATA_TYPE.double, doubleData: values }
  return { name, type: ATTRIBUTE_TYPE.tensor, t }
}

function numbersIn(tensor: TensorProto, name: string): ArrayLike<number> {
  const { dataType, rawData } = tensor
  const width = dataType === DATA_TYPE.double ? 8 : 4
  if (
    (dataType !== DATA_TYPE.double && dataType !== DATA_TYPE.float) ||
    tensor.dataLocation !== 0 ||
    rawData.length % width !== 0
  )
    throw new OnnxForestRefused(
      'wrong-forest',
      `Cannot read ONNX forest: the tensor "${name}" is of type ${dataType}, expected floats or doubles in the file itself`,
    )
  if (rawData.length === 0) return width === 8 ? tensor.doubleData : tensor.floatData
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength)
  const read = (i: number) => (width === 8 ? view.getFloat64(8 * i, true) : view.getFloat32(4 * i, true))
  return Float64Array.from({ length: rawData.length / width }, (_, i) => read(i))
}
