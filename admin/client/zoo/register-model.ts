// A file that lies here becomes a candidate of the control plane: labels and file go up, the contract is known or made of
// what the control plane reads in the file, and the gate has the last word.

import type { ModelContract } from '#contract/model.ts'
import type { Api } from '../api.ts'
import { CommandFailed } from '../command-failed.ts'
import { labelBytes } from '../labels/label-file.ts'
import type { DeclaredModel } from '../model/declared-contract.ts'

export interface Registration {
  readonly file: string
  readonly name: string
  readonly family?: string | undefined
  readonly labels: readonly string[]
  readonly contract: ModelContract | ((declared: DeclaredModel) => ModelContract)
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined
}

export async function registerModel(api: Api, registration: Registration) {
  const { name, family, contract, onProgress } = registration
  const file = await api
    .uploadFile(registration.file, { mediaType: 'application/octet-stream', onProgress })
    .catch((cause: unknown) => {
      if (!isMissing(cause)) throw cause
      throw new CommandFailed(`Cannot read model "${registration.file}": expected an ONNX file`, { cause })
    })
  const labels = await api.upload(labelBytes(registration.labels), 'application/json')
  const whole =
    typeof contract === 'function'
      ? contract(await api.trpc.models.inspect.mutate({ file: file.digest }))
      : contract
  const model = await api.trpc.models.create.mutate({
    name,
    file: file.digest,
    labels: labels.digest,
    contract: whole,
    ...(family === undefined ? {} : { family }),
  })
  return { model, contract: whole }
}

const isMissing = (error: unknown): boolean =>
  ['ENOENT', 'EISDIR', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')

/** How a model is fed and read, in a line. */
export function contractLine({ input, output }: ModelContract): string {
  const framing = input.shortSide === undefined ? `crop ${input.crop}` : `short side ${input.shortSide}`
  const { name, dtype, layout, width, height, resize, channels, mean, std } = input
  const without = output.background === undefined ? '' : ` without the first ${output.background}`
  return (
    `input "${name}" ${dtype} ${layout}${channels === 'bgr' ? ' bgr' : ''} ${width}x${height}, ${framing}, ${resize}, mean ${mean.join(',')}, ` +
    `std ${std.join(',')}, output "${output.name}" ${output.kind}${without}`
  )
}
