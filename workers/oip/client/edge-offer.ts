// What a stranger's server offers for one model, found out once: which extensions it has, which way an image can go in
// (as encoded bytes where it takes those, else as the tensor that the contract prepares) and which output bears the
// classes. Pure: from the server's own words to a plan, or a reason why there is none.

import type { ModelContract } from '#contract/model.ts'
import {
  BINARY_EXTENSION,
  CLASSIFICATION_EXTENSION,
  ENCODED_IMAGE_EXTENSION,
  IMAGE_INPUT,
  type ModelMetadata,
  type ServerMetadata,
  type TensorMetadata,
} from '#contract/oip/metadata.ts'
import { EdgeRefused } from '../../serve/offload/edge-client.ts'
import { fitsShape, spellHead } from '../tensor/oip-tensor.ts'

export interface EdgeOffer {
  readonly input: { readonly name: string; readonly shape: readonly number[]; readonly isImage: boolean }
  readonly output: string
  /** Where the metadata says it. */
  readonly classes: number | undefined
  readonly takesBinary: boolean
  readonly namesClasses: boolean
}

export function edgeOffer(server: ServerMetadata, model: ModelMetadata, contract: ModelContract): EdgeOffer {
  const has = (extension: string) => server.extensions.includes(extension)
  const output = only(model.outputs, contract.output.name)
  if (!output)
    throw misfit(model, `has the outputs ${list(model.outputs)}, expected "${contract.output.name}"`)
  const classes = output.shape.at(-1) ?? -1
  return {
    input: has(ENCODED_IMAGE_EXTENSION)
      ? { name: IMAGE_INPUT, shape: [1], isImage: true }
      : inputOf(model, contract),
    output: output.name,
    classes: classes > 1 ? classes : undefined,
    takesBinary: has(BINARY_EXTENSION),
    namesClasses: has(CLASSIFICATION_EXTENSION),
  }
}

/** By its name, or whatever it is called where there is one alone: export tools rename tensors. */
function only(tensors: readonly TensorMetadata[], name: string): TensorMetadata | undefined {
  return tensors.find((tensor) => tensor.name === name) ?? (tensors.length === 1 ? tensors[0] : undefined)
}

function inputOf(model: ModelMetadata, { input }: ModelContract): EdgeOffer['input'] {
  const { name, layout, dtype, width, height } = input
  const image = layout === 'nchw' ? [3, height, width] : [height, width, 3]
  const datatype = dtype === 'uint8' ? 'UINT8' : 'FP32'
  const declared = model.inputs.length === 1 ? model.inputs[0]! : undefined
  // One image, whatever dimensions stand around it: [-1], [1] or [-1, 1].
  if (declared?.datatype === 'BYTES' && declared.shape.every((size) => size === -1 || size === 1))
    return { name: declared.name, shape: declared.shape.map(() => 1), isImage: true }
  const shape = [[1, ...image], image].find((known) => declared && fitsShape(known, declared.shape))
  if (declared?.datatype !== datatype || !shape)
    throw misfit(
      model,
      `takes ${list(model.inputs)}, expected one encoded image as BYTES or "${name}" as ${datatype} [1,${image.join(',')}]`,
    )
  return { name: declared.name, shape, isImage: false }
}

function misfit({ name }: ModelMetadata, what: string): EdgeRefused {
  return new EdgeRefused('failed', `the edge's model "${name}" ${what}`)
}

const list = (tensors: readonly TensorMetadata[]): string =>
  tensors
    .slice(0, 5)
    .map((tensor) => `"${tensor.name}" as ${spellHead(tensor)}`)
    .join(', ') || 'nothing'
