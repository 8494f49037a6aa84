// `tandem models add`: uploads the file and its labels, completes the contract from what the file declares, and
// registers it. What was assumed is told, so that a wrong assumption is seen before the numbers are.

import { access } from 'node:fs/promises'
import type { ModelContract as Contract } from '#contract/model.ts'
import { type Api, CommandFailed } from './api.ts'
import { labelBytes, readLabelFile } from './labels/label-file.ts'
import { declaredContract } from './model/declared-contract.ts'

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
  const contract =
    options.contract ??
    declaredContract(options.name, await api.trpc.models.inspect.mutate({ file: file.digest }), options)
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
