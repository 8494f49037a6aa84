// From the body of an infer request to what the model is asked: everything is compared with the model's metadata
// before its data is read, so that a hostile shape costs its sender more than us.
// Encoded images come as BYTES under the name `image` or the model's own input's (as OpenVINO's server has it). In
// JSON an element is base64, since no JPEG is UTF-8; the protocol itself has no JSON form for arbitrary bytes.

import { InferRequest, type RequestedOutput, type TensorMessage } from '#contract/oip/infer.ts'
import { IMAGE_INPUT } from '#contract/oip/metadata.ts'
import type { OipModel } from './oip-model.ts'
import { invalid } from './oip-refused.ts'
import { readTensors, unframe } from './tensor/framed-message.ts'
import { fitsShape, type OipTensor, spellHead } from './tensor/oip-tensor.ts'

export interface InferCall {
  readonly id: string | undefined
  readonly input: OipTensor
  readonly outputs: readonly WantedOutput[]
}

export interface WantedOutput {
  readonly name: string
  readonly isBinary: boolean
  /** So many classes as strings; undefined: the scores. */
  readonly classes: number | undefined
}

/** As many as a batch of classify; its sender waits for all, and their scores lie in one answer. */
const IMAGES_MAX = 32

export function readInfer(body: Uint8Array, headerLength: string | undefined, model: OipModel): InferCall {
  const { json, binary } = unframe(body, headerLength)
  const parsed = InferRequest.safeParse(json)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw invalid(`Cannot read request: "${issue.path.join('.').slice(0, 100)}" is wrong, ${issue.message}`)
  }
  const request = parsed.data
  if (request.inputs.length !== 1)
    throw invalid(
      `Cannot run model "${model.name}": has ${request.inputs.length} inputs, expected one, ${spellInputs(model)}`,
    )
  const outputs = wantedOutputs(
    request.outputs ?? model.outputs,
    request.parameters?.binary_data_output ?? false,
    model,
  )
  const check = (message: TensorMessage) => checkInput(message, model)
  const [input] = readTensors(request.inputs, binary, { check, bytesAs: 'base64' })
  requireFinite(input!)
  return { id: request.id ?? undefined, input: input!, outputs }
}

function checkInput(message: TensorMessage, model: OipModel): void {
  const own = model.inputs[0]!
  const isImages = message.datatype === 'BYTES' && [IMAGE_INPUT, own.name].includes(message.name)
  const fits = isImages
    ? isImageList(message.shape)
    : message.name === own.name &&
      message.datatype === own.datatype &&
      fitsShape(message.shape, own.shape) &&
      message.shape[0]! >= 1 &&
      message.shape[0]! <= IMAGES_MAX
  if (!fits)
    throw invalid(
      `Cannot run model "${model.name}": input "${message.name}" is ${spellHead(message)}, expected ${spellInputs(model)}`,
    )
}

/** [n], or [n, 1] as servers have it that count the batch apart. */
function isImageList([count, one = 1, ...more]: readonly number[]): boolean {
  return count !== undefined && count >= 1 && count <= IMAGES_MAX && one === 1 && more.length === 0
}

function spellInputs({ inputs }: OipModel): string {
  const own = inputs.map((input) => `"${input.name}" as ${spellHead(input)}`).join(', ')
  return `${own} or "${IMAGE_INPUT}" as BYTES [1 to ${IMAGES_MAX}]`
}

/** What is no number makes every score none, and an answer of those helps nobody. */
function requireFinite({ name, datatype, data }: OipTensor): void {
  const at = datatype === 'FP32' ? data.findIndex((value) => !Number.isFinite(value)) : -1
  if (at >= 0)
    throw invalid(`Cannot read tensor "${name}": element ${at} is ${data[at]}, expected a finite number`)
}

function wantedOutputs(
  requested: readonly RequestedOutput[],
  isBinaryByDefault: boolean,
  model: OipModel,
): WantedOutput[] {
  const known = model.outputs.map((output) => output.name)
  const names = requested.map(({ name }) => name)
  const wrong = names.find((name, i) => !known.includes(name) || names.indexOf(name) !== i)
  if (names.length === 0 || wrong !== undefined)
    throw invalid(
      `Cannot run model "${model.name}": the outputs are [${names.join(', ').slice(0, 200)}], expected of [${known.join(', ')}], each at most once`,
    )
  return requested.map(({ name, parameters }) => ({
    name,
    isBinary: parameters?.binary_data ?? isBinaryByDefault,
    classes: parameters?.classification,
  }))
}
