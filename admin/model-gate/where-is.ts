// Where in a model something is, for a sentence: what it is called and what it lies in, as far as the file had said so
// when the reader came there.

import { quoted } from '../onnx-format/onnx-refused.ts'
import type { MessageType } from '../onnx-format/onnx-schema.ts'
import type { Seen } from '../onnx-format/read-message.ts'

const NOUNS: Partial<Record<MessageType, string>> = {
  GraphProto: 'graph',
  NodeProto: 'node',
  AttributeProto: 'attribute',
  TensorProto: 'tensor',
  SparseTensorProto: 'sparse tensor',
  ValueInfoProto: 'value',
  FunctionProto: 'function',
}

/** E.g. `tensor "weights" in node "conv1"`: itself and the nearest thing around it that has a name. */
export function whereIs(seen: Seen): string {
  const around: string[] = []
  for (let at: Seen | undefined = seen; at && around.length < 2; at = at.parent) {
    const noun = NOUNS[at.type]
    const name = at.texts.get('name') || at.texts.get('opType')
    if (noun !== undefined && (name || around.length === 0))
      around.push(name ? `${noun} ${quoted(name)}` : noun)
  }
  return around.join(' in ') || 'a part'
}
