// The contract of a model as far as its file declares it: names, types and sizes are read, how pixels are prepared is
// said by whoever registers it, and what nobody says is the contract's own default. Used by the CLI and the console alike.

import { ModelContract } from '#contract/model.ts'
import { CommandFailed } from '../command-failed.ts'

interface Tensor {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly (number | string)[]
}

/** As the control plane tells it of a file that was uploaded (`models.inspect`). */
export interface DeclaredModel {
  readonly inputs: readonly Tensor[]
  readonly outputs: readonly Tensor[]
}

export interface Preparation {
  readonly crop?: number | undefined
  readonly resize?: ModelContract['input']['resize'] | undefined
  readonly mean?: readonly number[] | undefined
  readonly std?: readonly number[] | undefined
  readonly output?: 'softmax' | 'logits' | undefined
}

export function declaredContract(name: string, model: DeclaredModel, said: Preparation): ModelContract {
  const input = model.inputs[0]
  const output = model.outputs[0]
  if (!input || !output)
    throw new CommandFailed(`Cannot register model "${name}": it has no input or no output`)
  const size = imageSize(input.shape)
  if (!size)
    throw new CommandFailed(
      `Cannot register model "${name}": input "${input.name}" is [${input.shape.join(', ')}], expected an RGB ` +
        'image such as [1, 3, 224, 224] or [1, 224, 224, 3], or --contract FILE',
    )
  const parsed = ModelContract.safeParse({
    input: {
      name: input.name,
      dtype: input.dtype,
      ...size,
      ...(said.crop === undefined ? {} : { crop: said.crop }),
      ...(said.resize === undefined ? {} : { resize: said.resize }),
      ...(said.mean === undefined ? {} : { mean: said.mean }),
      ...(said.std === undefined ? {} : { std: said.std }),
    },
    output: {
      name: output.name,
      kind: said.output ?? (/prob|softmax/i.test(output.name) ? 'softmax' : 'logits'),
    },
  })
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw new CommandFailed(`Cannot register model "${name}": ${issue.path.join('.')}: ${issue.message}`)
}

function imageSize(shape: readonly (number | string)[]) {
  const [, a, b, c] = shape
  if (shape.length !== 4) return undefined
  if (a === 3 && typeof b === 'number' && typeof c === 'number')
    return { layout: 'nchw', height: b, width: c } as const
  if (c === 3 && typeof a === 'number' && typeof b === 'number')
    return { layout: 'nhwc', height: a, width: b } as const
  return undefined
}
