// Registration's last question to a model file: does it do what its contract says? Declared names, types and
// shapes are compared first, since a mismatch there has an exact reason; then one grey image goes through,
// since only running shows operators that the runtime lacks and outputs that are not numbers.
// The gate before it (external data) reads the file without loading it.

import type { ModelContract, ModelInput } from '#contract/model.ts'
import type { DecodedImage } from './decode.ts'
import { ModelRefused } from './model-refused.ts'
import { type ModelInfo, tryModel } from './onnx-model.ts'
import type { TensorInfo } from './session/tensor.ts'

/** Resolves where the file keeps its contract, else throws a `ModelRefused`. */
export async function checkContract(
  file: string | Uint8Array,
  contract: ModelContract,
  labelCount: number,
): Promise<void> {
  const output = await runGrey(file, contract)
  const { name } = contract.output
  if (output.length !== labelCount)
    refuse(
      'wrong-labels',
      `output "${name}" has ${output.length} classes, expected ${labelCount} as in the labels`,
    )
  const bad = output.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0)
    refuse(
      'does-not-run',
      `output "${name}" is ${output[bad]} at class ${bad} for a grey image, expected finite numbers`,
    )
}

async function runGrey(file: string | Uint8Array, contract: ModelContract): Promise<Float32Array> {
  try {
    return await tryModel(file, contract, {
      before: (info) => compareDeclared(info, contract),
      image: greyImage(contract.input),
    })
  } catch (cause) {
    if (cause instanceof ModelRefused) throw cause
    throw new ModelRefused(
      'does-not-run',
      'Cannot register model: fails on a grey image, expected one inference to succeed',
      { cause },
    )
  }
}

function compareDeclared(info: ModelInfo, { input, output }: ModelContract): void {
  const declared = info.inputs.find(({ name }) => name === input.name)
  if (declared === undefined)
    refuse('wrong-input', `has the inputs ${list(info.inputs)}, expected "${input.name}"`)
  if (info.inputs.length > 1)
    refuse('wrong-input', `has the inputs ${list(info.inputs)}, expected "${input.name}" alone`)
  const wanted = inputShape(input)
  if (declared.dtype !== input.dtype || !fits(declared.shape, wanted))
    refuse('wrong-input', `input ${spell(declared)}, expected ${input.dtype} [${wanted.join(',')}]`)
  const answer = info.outputs.find(({ name }) => name === output.name)
  if (answer === undefined)
    refuse('wrong-output', `has the outputs ${list(info.outputs)}, expected "${output.name}"`)
  if (answer.dtype !== 'float32') refuse('wrong-output', `output ${spell(answer)}, expected float32`)
}

function inputShape({ layout, width, height }: ModelInput): number[] {
  return layout === 'nchw' ? [1, 3, height, width] : [1, height, width, 3]
}

/** A free dimension takes any size. */
function fits(declared: TensorInfo['shape'], wanted: readonly number[]): boolean {
  return (
    declared.length === wanted.length &&
    declared.every((size, i) => typeof size === 'string' || size === wanted[i])
  )
}

/** Mid-grey, a little larger than nothing: the crop and the resize run as they will in service. */
function greyImage({ width, height }: ModelInput): DecodedImage {
  return { rgb: new Uint8Array(width * height * 3).fill(128), width, height }
}

function spell({ name, dtype, shape }: TensorInfo): string {
  return `"${name}" is ${dtype} [${shape.join(',')}]`
}

function list(tensors: readonly TensorInfo[]): string {
  return tensors.map(({ name }) => `"${name}"`).join(', ') || 'none'
}

function refuse(code: ModelRefused['code'], what: string): never {
  throw new ModelRefused(code, `Cannot register model: ${what}`)
}
