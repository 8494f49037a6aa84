// `tandem models add`: uploads the file and its labels, completes the contract from what the file declares, and
// registers it. What was assumed is told, so that a wrong assumption is seen before the numbers are.

import { access } from 'node:fs/promises'
import { type ModelContract as Contract, ModelContract } from '#contract/model.ts'
import { type Api, CommandFailed } from './api.ts'
import { labelBytes, readLabelFile } from './label-file.ts'

export interface AddModelOptions {
  readonly file: string
  readonly name: string
  readonly labels: string
  readonly family?: string | undefined
  readonly params?: number | undefined
  readonly layers?: number | undefined
  readonly crop?: number | undefined
  readonly resize?: Contract['input']['resize'] | undefined
  readonly mean?: readonly number[] | undefined
  readonly std?: readonly number[] | undefined
  readonly output?: 'softmax' | 'logits' | undefined
  /** Of the upload, in bytes, where it is a long one. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  /** A whole contract, in place of what would be read from the file. */
  readonly contract?: Contract | undefined
}

export async function addModel(api: Api, options: AddModelOptions) {
  await access(options.file).catch(noModel(options.file))
  const labels = await api.upload(labelBytes(await readLabelFile(options.labels)), 'application/json')
  const { onProgress } = options
  const file = await api
    .uploadFile(options.file, { mediaType: 'application/octet-stream', onProgress })
    .catch(noModel(options.file))
  const contract = options.contract ?? (await contractFromFile(api, file.digest, options))
  const { name, family, params, layers } = options
  const model = await api.trpc.models.create.mutate({
    name,
    file: file.digest,
    labels: labels.digest,
    contract,
    ...(family === undefined ? {} : { family }),
    ...(params === undefined ? {} : { params }),
    ...(layers === undefined ? {} : { layers }),
  })
  return { model, contract }
}

const noModel = (file: string) => (cause: unknown) => {
  if (cause instanceof CommandFailed) throw cause
  throw new CommandFailed(`Cannot read model "${file}": expected an ONNX file`, { cause })
}

async function contractFromFile(api: Api, digest: string, options: AddModelOptions): Promise<Contract> {
  const info = await api.trpc.models.inspect.mutate({ file: digest })
  const input = info.inputs[0]
  const output = info.outputs[0]
  if (!input || !output)
    throw new CommandFailed(`Cannot register model "${options.name}": it has no input or no output`)
  const size = imageSize(input.shape)
  if (!size)
    throw new CommandFailed(
      `Cannot register model "${options.name}": input "${input.name}" is [${input.shape.join(', ')}], expected an RGB ` +
        'image such as [1, 3, 224, 224] or [1, 224, 224, 3], or --contract FILE',
    )
  const parsed = ModelContract.safeParse({
    input: {
      name: input.name,
      dtype: input.dtype,
      ...size,
      ...(options.crop === undefined ? {} : { crop: options.crop }),
      ...(options.resize === undefined ? {} : { resize: options.resize }),
      ...(options.mean === undefined ? {} : { mean: options.mean }),
      ...(options.std === undefined ? {} : { std: options.std }),
    },
    output: {
      name: output.name,
      kind: options.output ?? (/prob|softmax/i.test(output.name) ? 'softmax' : 'logits'),
    },
  })
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw new CommandFailed(
    `Cannot register model "${options.name}": ${issue.path.join('.')}: ${issue.message}`,
  )
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
