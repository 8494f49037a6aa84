// Whether somebody else's server can be the edge half of a deployment, by what it says of its model: one input that takes
// the image as the contract prepares it, or encoded, and one output with a score for each class. All that differs is told
// at once. What metadata cannot say (weights, preprocessing, whether scores are logits) is not judged here: the admin
// who declares the server answers for it. The worker's client (workers/oip/client/edge-offer.ts) reads the same words.
// Source: kserve/open-inference-protocol, inference_rest.md.

import type { ModelContract } from '#contract/model.ts'
import {
  ENCODED_IMAGE_EXTENSION,
  type ModelMetadata,
  type ServerMetadata,
  type TensorMetadata,
} from '#contract/oip/metadata.ts'

export interface EdgeExpectation {
  readonly contract: ModelContract
  readonly classes: number
}

/** What a client of the protocol can read as scores. */
const SCORES = ['FP32', 'FP16', 'FP64']
/** Names that are told. */
const TOLD_MAX = 5

/** Empty where it fits. */
export function reasonsAgainstEdge(
  server: ServerMetadata,
  model: ModelMetadata,
  expected: EdgeExpectation,
): string[] {
  const takesImages = server.extensions.includes(ENCODED_IMAGE_EXTENSION)
  const reasons = takesImages ? [] : reasonsAgainstInput(model.inputs, expected.contract)
  return [...reasons, ...reasonsAgainstOutput(model.outputs, expected)]
}

function reasonsAgainstInput(inputs: readonly TensorMetadata[], { input }: ModelContract): string[] {
  const { layout, dtype, width, height } = input
  const image = layout === 'nchw' ? [3, height, width] : [height, width, 3]
  const wanted = { datatype: dtype === 'uint8' ? 'UINT8' : 'FP32', shape: [1, ...image] }
  const [only] = inputs
  if (!only || inputs.length > 1)
    return [`it takes ${spellAll(inputs)}, expected one input, ${spell(wanted)}`]
  if (only.datatype === 'BYTES')
    return only.shape.every((size) => size === -1 || size === 1)
      ? []
      : [`its input "${only.name}" is ${spell(only)}, expected one encoded image`]
  const fits = [wanted.shape, image].some((shape) => isWithin(shape, only.shape))
  if (only.datatype === wanted.datatype && fits) return []
  return [`its input "${only.name}" is ${spell(only)}, expected ${spell(wanted)}`]
}

function reasonsAgainstOutput(
  outputs: readonly TensorMetadata[],
  { contract, classes }: EdgeExpectation,
): string[] {
  const { name } = contract.output
  const output = outputs.find((o) => o.name === name) ?? (outputs.length === 1 ? outputs[0] : undefined)
  if (!output) return [`it gives ${spellAll(outputs)}, expected "${name}" or one output alone`]
  const reasons: string[] = []
  const count = output.shape.at(-1) ?? 0
  if (!SCORES.includes(output.datatype))
    reasons.push(`its output "${output.name}" is ${output.datatype}, expected ${SCORES.join(', ')}`)
  if (count !== -1 && count !== classes)
    reasons.push(`its output "${output.name}" has ${count} classes, expected ${classes}`)
  if (!output.shape.slice(0, -1).every((size) => size === -1 || size === 1))
    reasons.push(`its output "${output.name}" is ${spell(output)}, expected scores of one image alone`)
  return reasons
}

/** In metadata -1 stands for any size. */
const isWithin = (shape: readonly number[], declared: readonly number[]): boolean =>
  shape.length === declared.length && declared.every((size, i) => size === -1 || size === shape[i])

const spell = ({ datatype, shape }: Pick<TensorMetadata, 'datatype' | 'shape'>): string =>
  `${datatype} [${shape.join(',')}]`

const spellAll = (tensors: readonly TensorMetadata[]): string =>
  tensors
    .slice(0, TOLD_MAX)
    .map((tensor) => `"${tensor.name}" as ${spell(tensor)}`)
    .join(', ') || 'nothing'
