// `tandem zoo pull`: licences first, then the files one after another, then, where it is asked for, the registration of
// each. What is there already is neither fetched nor asked about again.

import { createInterface } from 'node:readline/promises'
import type { Command } from 'commander'
import { CommandFailed } from '../../client/command-failed.ts'
import { readLabelFile } from '../../client/labels/label-file.ts'
import { IMAGENET_LABELS } from '../../client/zoo/known-models.ts'
import { type PulledFile, type PullPlaces, pullFile, zooStore } from '../../client/zoo/pull.ts'
import { contractLine, registerModel } from '../../client/zoo/register-model.ts'
import { contractOf, type ZooFile, type ZooModel } from '../../client/zoo/zoo-entry.ts'
import { showProgress } from '../progress.ts'
import { type Output, openSession, outputOf } from '../session.ts'

export interface PullOptions {
  readonly acceptLicence?: true
  readonly mirror?: string | undefined
  readonly from?: string
  readonly register?: true
  readonly labels?: string
}

export async function pullModels(
  models: readonly ZooModel[],
  options: PullOptions & Pick<PullPlaces, 'folder'>,
  command: Command,
): Promise<void> {
  const output = outputOf(command)
  const own =
    options.register && options.labels !== undefined ? await readLabelFile(options.labels) : undefined
  const needsLabels = options.register === true && own === undefined
  await askLicences(needsLabels ? [...models, IMAGENET_LABELS] : models, options, output)
  const files = []
  for (const model of models) files.push({ model, file: await pullShown(model, options) })
  const labels = needsLabels ? await pulledLabels(options) : own
  const registered = labels === undefined ? [] : await registerAll(files, labels, command)
  output.print(
    files.map(({ model, file }, i) => ({ name: model.name, ...file, registered: registered[i]?.model })),
    files
      .map(({ model, file }, i) => {
        const where = file.origin === 'here' ? 'was here' : `from ${file.origin}`
        const as = registered[i]
        const line = `${model.name}: ${file.path} (${where}, digest verified)`
        return as ? `${line}\n  registered as "${as.model.name}": ${contractLine(as.contract)}` : line
      })
      .join('\n'),
  )
}

async function pulledLabels(options: PullPlaces): Promise<string[]> {
  try {
    return await readLabelFile((await pullFile(IMAGENET_LABELS, options)).path)
  } catch (cause) {
    if (!(cause instanceof CommandFailed)) throw cause
    throw new CommandFailed(`${cause.message}; --labels takes the 1000 class names from a file`, { cause })
  }
}

async function pullShown(file: ZooFile & { readonly name: string }, places: PullPlaces): Promise<PulledFile> {
  const progress = showProgress(`${file.name} kB`)
  try {
    return await pullFile(file, places, {
      onProgress: (done, total) => progress.to(Math.ceil(done / 1e3), Math.ceil(total / 1e3)),
    })
  } finally {
    progress.end()
  }
}

async function registerAll(
  files: readonly { readonly model: ZooModel; readonly file: PulledFile }[],
  labels: readonly string[],
  command: Command,
) {
  const { api } = await openSession(command)
  const registered = []
  for (const { model, file } of files) {
    const { name, family } = model
    const contract = contractOf(model)
    registered.push(await registerModel(api, { file: file.path, name, family, labels, contract }))
  }
  return registered
}

/** Of those that are not here yet. */
async function askLicences(
  files: readonly (ZooFile & { readonly name?: string })[],
  { folder, acceptLicence }: PullOptions & Pick<PullPlaces, 'folder'>,
  output: Output,
): Promise<void> {
  const store = zooStore(folder)
  const missing = []
  for (const file of files)
    if (!(await store.has({ digest: file.digest, sizeBytes: file.sizeBytes }))) missing.push(file)
  if (missing.length === 0) return
  for (const { name, file, licence } of missing)
    output.tell(`${name ?? file}: ${licence.spdx}, ${licence.url}`)
  if (acceptLicence === true || (await isAccepted())) return
  throw new CommandFailed(
    `Cannot pull "${missing[0]!.name ?? missing[0]!.file}": its licence was not accepted, expected --accept-licence`,
  )
}

async function isAccepted(): Promise<boolean> {
  const { stdin, stderr } = process
  if (!stdin.isTTY) return false
  const lines = createInterface({ input: stdin, output: stderr })
  try {
    return /^y(es)?$/i.test((await lines.question('Accept? [y/N] ')).trim())
  } finally {
    lines.close()
  }
}
