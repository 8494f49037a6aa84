// Stage profile: models, data sets, and measuring the first on the second by devices.

import { readFile } from 'node:fs/promises'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { ModelContract } from '#contract/model.ts'
import { addDataset } from '../client/add-dataset.ts'
import { addModel } from '../client/add-model.ts'
import { CommandFailed } from '../client/api.ts'
import { allOf } from '../client/link/pages.ts'
import { profileLines } from '../client/profile-lines.ts'
import { waitForJobs } from '../client/wait.ts'
import { contractLine } from '../client/zoo/register-model.ts'
import { showProgress } from './progress.ts'
import { profileReport } from './report.ts'
import { openSession, type Session } from './session.ts'
import { fileWords } from './shell/end-of-command.ts'
import { onLeaving } from './shell/interrupted.ts'
import { table } from './table.ts'

const number = (text: string): number => {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('expected a number')
  return value
}
const channels = (text: string): number[] => {
  const values = text.split(',').map(number)
  if (values.length !== 3) throw new InvalidArgumentError('expected three numbers such as 123.7,116.3,103.5')
  return values
}
export const list = (text: string): string[] => text.split(',').map((part) => part.trim())

async function readContract(file: string): Promise<ModelContract> {
  const cannot = (why: string, cause?: unknown) =>
    new CommandFailed(`Cannot read contract "${file}": ${why}`, { cause })
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw cannot(`${fileWords(cause)}, expected a JSON file`, cause)
  })
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw cannot('is not JSON', cause)
  }
  const parsed = ModelContract.safeParse(json)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw cannot(`${issue.path.join('.')}: ${issue.message}`)
}

export function addModelCommands(program: Command): void {
  const models = program.command('models').description('candidate models')
  models
    .command('add')
    .description('register an ONNX file; its input and output are read from the file')
    .argument('<file>', 'ONNX file')
    .requiredOption('--name <name>', 'name, unique')
    .requiredOption('--labels <file>', 'class names, one a line, in the order of the output')
    .option('--family <name>', 'architecture family')
    .option('--crop <fraction>', 'central crop of each side, e.g. 0.875 (default 1)', number)
    .addOption(
      new Option('--resize <filter>', 'how the crop is scaled (default bilinear-antialias)').choices([
        'bilinear-antialias',
        'bilinear',
      ]),
    )
    .option('--mean <r,g,b>', 'subtracted from 0..255 pixels (default 0,0,0)', channels)
    .option('--std <r,g,b>', 'divides after the mean (default 1,1,1)', channels)
    .addOption(new Option('--output <kind>', 'what the output holds').choices(['softmax', 'logits']))
    .option('--contract <file>', 'whole contract as JSON, in place of the options above')
    .option('--params <n>', 'number of parameters; counted in the file where left out', number)
    .option('--layers <n>', 'number of layers', number)
    .action(async (file: string, options, command: Command) => {
      const session = await openSession(command)
      const contract = options.contract === undefined ? undefined : await readContract(options.contract)
      using progress = showProgress('upload MB')
      using _ = onLeaving({
        line: 'Nothing was registered. The same command goes on from where the upload was',
      })
      const onProgress = (done: number, total: number) =>
        progress.to(Math.round(done / 1e6), Math.round(total / 1e6))
      const ask = { ...options, file, contract, onProgress }
      const { model, contract: used } = await addModel(session.api, ask)
      progress.end()
      session.print(model, `Registered model "${model.name}" (${model.id}): ${contractLine(used)}`)
    })
  models
    .command('list')
    .description('every model, newest first')
    .action(async (_options, command: Command) => {
      const session = await openSession(command)
      const all = await allOf(session.api.trpc.models.list)
      session.print(
        all,
        table([
          ['name', 'family', 'input', 'id'],
          ...all.map((m) => [m.name, m.family, `${m.contract.input.width}x${m.contract.input.height}`, m.id]),
        ]),
      )
    })
}

export function addDatasetCommands(program: Command): void {
  const datasets = program.command('datasets').description('labelled images')
  datasets
    .command('add')
    .description('make a data set from a CSV (columns file,label) or from a folder per class')
    .argument('<source>', 'CSV file, or folder with a folder per class')
    .requiredOption('--name <name>', 'name, unique')
    .requiredOption('--labels <file>', 'class names, one a line, as for the models')
    .action(async (source: string, options, command: Command) => {
      const session = await openSession(command)
      using progress = showProgress('upload')
      using _ = onLeaving({ line: 'No data set was made. The same command uploads what is still missing' })
      const dataset = await addDataset(session.api, { source, ...options, onProgress: progress.to })
      progress.end()
      session.print(
        dataset,
        `Created data set "${dataset.name}" (${dataset.id}): ${dataset.imageCount} images`,
      )
    })
  datasets
    .command('list')
    .description('every data set, newest first')
    .action(async (_options, command: Command) => {
      const session = await openSession(command)
      const all = await allOf(session.api.trpc.datasets.list)
      session.print(all, table([['name', 'images', 'id'], ...all.map((d) => [d.name, d.imageCount, d.id])]))
    })
}

export async function profileAndShow(
  session: Session,
  input: { dataset: string; models: string[]; devices?: string[] },
) {
  const { api } = session
  const jobs = await api.trpc.profiles.create.mutate(input)
  using progress = showProgress('profile')
  using _ = onLeaving({
    line:
      `The devices go on with ${jobs.length} jobs. See them with: tandem profile list\n` +
      `End one with: tandem profile cancel ${jobs[0]?.id ?? '<job>'}`,
  })
  const done = await waitForJobs(api, jobs, progress.to)
  progress.end()
  session.print(done, profileReport(await profileLines(api, done)))
}

export function addProfileCommand(program: Command): void {
  program
    .command('profile')
    .description('run models over a data set on the devices: accuracy, latency, energy')
    // Asked for by hand: a required option would be required of the subcommands too.
    .option('--dataset <name>', 'data set (required)')
    .option('--models <names>', 'comma-separated; all models with the data set’s labels where left out', list)
    .option('--devices <names>', 'comma-separated; all enrolled devices where left out', list)
    .action(async (options, command: Command) => {
      if (options.dataset === undefined)
        command.error("error: required option '--dataset <name>' not specified")
      const session = await openSession(command)
      const dataset = await session.api.trpc.datasets.get.query({ name: options.dataset })
      const fitting = () => allOf(session.api.trpc.models.list, { labels: dataset.labelsDigest })
      const models = options.models ?? (await fitting()).map((m) => m.name)
      if (models.length === 0)
        throw new CommandFailed(`Cannot profile: no model has the labels of data set "${options.dataset}"`)
      await profileAndShow(session, { ...options, models })
    })
}
