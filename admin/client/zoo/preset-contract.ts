// The contract of a model whose file declares names and shapes, and whose preprocessing has a name: what `tandem import
// onnx` registers. What the file cannot say (which numbers are no class, whether scores are probabilities) is concluded
// where it is certain enough, told, and refused where it is not.

import { ZodError } from 'zod'
import { ModelContract } from '#contract/model.ts'
import { CommandFailed } from '../command-failed.ts'
import type { DeclaredModel } from '../model/declared-contract.ts'
import { type InputChanges, type InputShape, type PresetName, presetInput } from './presets.ts'

export interface Import extends InputChanges {
  readonly name: string
  readonly preset: PresetName
  readonly classes: number
  /** Of an input whose height and width the file leaves open. */
  readonly side?: number | undefined
  readonly outputName?: string | undefined
  readonly output?: 'softmax' | 'logits' | undefined
  readonly background?: number | undefined
}

export function presetContract(model: DeclaredModel, said: Import): ModelContract {
  const input = model.inputs[0]
  const output =
    said.outputName === undefined
      ? model.outputs[0]
      : model.outputs.find(({ name }) => name === said.outputName)
  if (!input || !output)
    throw cannot(said, `it has no ${input ? `output "${said.outputName ?? ''}"` : 'input'}, expected one`)
  const shape = shapeOf(input, said)
  const background = said.background ?? backgroundOf(output.shape, said)
  try {
    return ModelContract.parse({
      input: presetInput(said.preset, shape, said),
      output: {
        name: output.name,
        kind: said.output ?? (/prob|softmax|predictions/i.test(output.name) ? 'softmax' : 'logits'),
        background: background === 0 ? undefined : background,
      },
    })
  } catch (error) {
    if (!(error instanceof ZodError)) throw error
    const issue = error.issues[0]!
    throw cannot(said, `${issue.path.join('.')}: ${issue.message}`)
  }
}

const cannot = ({ name }: Import, what: string) => new CommandFailed(`Cannot import model "${name}": ${what}`)

function shapeOf({ name, dtype, shape }: DeclaredModel['inputs'][number], said: Import): InputShape {
  const spelled = `input "${name}" is ${dtype} [${shape.join(', ')}]`
  if (dtype !== 'float32' && dtype !== 'uint8') throw cannot(said, `${spelled}, expected float32 or uint8`)
  const [, a, b, c] = shape
  const layout = shape.length !== 4 ? undefined : a === 3 ? 'nchw' : c === 3 ? 'nhwc' : undefined
  if (layout === undefined)
    throw cannot(said, `${spelled}, expected an RGB image such as [1, 3, 224, 224] or [1, 224, 224, 3]`)
  const [height, width] = (layout === 'nchw' ? [b, c] : [a, b]).map((size) =>
    typeof size === 'number' && size > 0 ? size : said.side,
  )
  if (height === undefined || width === undefined)
    throw cannot(said, `${spelled}: its size is left open, expected --side with the one it was trained for`)
  return { name, dtype, layout, width, height }
}

/** TF-Slim's models of 1001 outputs begin with the background; with any other surplus nobody knows what is what. */
function backgroundOf(shape: readonly (number | string)[], said: Import): number {
  const sizes = shape.slice(1)
  if (!sizes.every((size) => typeof size === 'number' && size > 0)) return 0
  const outputs = sizes.reduce<number>((product, size) => product * Number(size), 1)
  const surplus = outputs - said.classes
  if (surplus === 0) return 0
  if (surplus === 1 && said.preset.startsWith('tf-slim')) return 1
  throw cannot(
    said,
    `it has ${outputs} outputs and the labels name ${said.classes} classes, expected as many` +
      (surplus > 0 ? `, or --background ${surplus} where the first are no classes` : ''),
  )
}
