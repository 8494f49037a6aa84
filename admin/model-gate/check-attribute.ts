// One attribute of a node: a name, and one value of the type that it says. Readers that go by the type and readers that
// go by what is there would otherwise see two models in one file.

import { OnnxRefused } from '../onnx-format/onnx-refused.ts'
import { ATTRIBUTE_TYPE } from '../onnx-format/onnx-schema.ts'
import type { Seen } from '../onnx-format/read-message.ts'
import { whereIs } from './where-is.ts'

const FIELD_OF_TYPE: ReadonlyMap<number, string> = new Map([
  [ATTRIBUTE_TYPE.float, 'f'],
  [ATTRIBUTE_TYPE.int, 'i'],
  [ATTRIBUTE_TYPE.string, 's'],
  [ATTRIBUTE_TYPE.tensor, 't'],
  [ATTRIBUTE_TYPE.graph, 'g'],
  [ATTRIBUTE_TYPE.floats, 'floats'],
  [ATTRIBUTE_TYPE.ints, 'ints'],
  [ATTRIBUTE_TYPE.strings, 'strings'],
  [ATTRIBUTE_TYPE.tensors, 'tensors'],
  [ATTRIBUTE_TYPE.graphs, 'graphs'],
  [ATTRIBUTE_TYPE.sparseTensor, 'sparseTensor'],
  [ATTRIBUTE_TYPE.sparseTensors, 'sparseTensors'],
  [ATTRIBUTE_TYPE.typeProto, 'tp'],
  [ATTRIBUTE_TYPE.typeProtos, 'typeProtos'],
])
const VALUES = [...FIELD_OF_TYPE.values()]

export function checkAttribute(attribute: Seen): void {
  if (!attribute.texts.get('name'))
    throw new OnnxRefused('malformed', `${whereIs(attribute)} has no name`, 'one')
  const field = FIELD_OF_TYPE.get(attribute.numbers.get('type') ?? 0)
  const given = VALUES.filter((name) => attribute.counts.has(name))
  // 0, an empty text and an empty list may leave nothing in the file; a type is there since IR version 2.
  if (field === undefined || given.some((name) => name !== field))
    throw new OnnxRefused(
      'malformed',
      `${whereIs(attribute)} holds ${given.join(' and ') || 'nothing'} as type ${attribute.numbers.get('type') ?? 'none'}`,
      field ?? 'a type of the ONNX format',
    )
}
