// From what the model gave to the body of the response, in the forms that the client asked for, output by output.

import type { InferCall } from './infer-request.ts'
import type { OipModel } from './oip-model.ts'
import { classStrings } from './tensor/class-strings.ts'
import { frame, type Outgoing } from './tensor/framed-message.ts'
import type { OipTensor } from './tensor/oip-tensor.ts'

export function inferResponse({ id, outputs }: InferCall, model: OipModel, output: OipTensor): Outgoing {
  const { name } = output
  if (output.datatype !== 'FP32')
    throw new TypeError(`Cannot answer with output "${name}": is ${output.datatype}, expected FP32`)
  // JSON has no word for them, and a model that gives them is broken.
  const at = output.data.findIndex((value) => !Number.isFinite(value))
  if (at >= 0)
    throw new RangeError(
      `Cannot answer with output "${name}": element ${at} is ${output.data[at]}, expected a number`,
    )
  const tensors = outputs.map(({ isBinary, classes }) => ({
    tensor: classes === undefined ? output : classStrings(output, classes, model.labels),
    isBinary,
  }))
  return frame(tensors, (messages) => ({
    model_name: model.name,
    model_version: model.versions[0],
    ...(id === undefined ? {} : { id }),
    outputs: messages,
  }))
}
