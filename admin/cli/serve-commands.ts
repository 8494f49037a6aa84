// Stage serve: classifying files through the local worker.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { type Command, Option } from 'commander'
import { BATCH_MAX } from '#contract/classify.ts'
import { Preference } from '#contract/decision.ts'
import type { LoadedSettings } from '#platform/settings/load-settings.ts'
import { CommandFailed } from '../client/api.ts'
import { type ClassifyCall, ClassifyFailed, classify, classifyBatch } from '../client/classify.ts'
import { address, outputOf, settingOf, settingsOf } from './session.ts'
import { fileWords, reasonOf } from './shell/end-of-command.ts'
import { count, percent, round, why } from './table.ts'

export function addServeCommands(program: Command): void {
  program
    .command('classify')
    .description('classify images through the local worker: label, tier, why, time')
    .argument('<files...>', 'JPEG, PNG or WebP')
    .option(
      '--worker <url>',
      'worker (TANDEM_WORKER_URL); the local one of this machine where left out',
      address,
    )
    .option('--top <k>', 'classes an image', count, 1)
    .addOption(
      new Option('--preference <p>', "what matters; the deployment's own where left out").choices(
        Preference.options,
      ),
    )
    .option('--deadline <ms>', 'how long an answer is waited for', count)
    .option('--batch', `up to ${BATCH_MAX} images a request`)
    .option('--key <key>', 'API key, where the worker asks for one (TANDEM_WORKER_API_KEY)')
    .action(async (files: string[], options, command: Command) => {
      const settings = settingsOf(command)
      const { isJson } = outputOf(command)
      const call: ClassifyCall = {
        url: options.worker ?? workerUrlOf(settings),
        topK: options.top,
        preference: options.preference,
        deadlineMs: options.deadline,
        apiKey: options.key ?? settingOf(settings, 'TANDEM_WORKER_API_KEY'),
      }
      const size = options.batch ? BATCH_MAX : 1
      for (let i = 0; i < files.length; i += size)
        for (const [file, answer] of await classifyFiles(files.slice(i, i + size), call)) {
          if ('error' in answer) process.exitCode = 1
          process.stdout.write(`${isJson ? JSON.stringify({ file, ...answer }) : line(file, answer)}\n`)
        }
    })
}

const workerUrlOf = (settings: LoadedSettings): string =>
  settingOf(settings, 'TANDEM_WORKER_URL') ?? `http://127.0.0.1:${settingOf(settings, 'TANDEM_PI_PORT')}`

const OF_THE_IMAGE = new Set([413, 415, 422])

type Answered = Awaited<ReturnType<typeof classifyBatch>>[number]

async function classifyFiles(files: readonly string[], call: ClassifyCall): Promise<[string, Answered][]> {
  const images = await Promise.all(
    files.map((file) =>
      readFile(file).catch((cause: NodeJS.ErrnoException) => {
        throw new CommandFailed(
          `Cannot read image "${file}": ${fileWords(cause)}, expected a JPEG, PNG or WebP`,
          {
            cause,
          },
        )
      }),
    ),
  )
  try {
    const answers =
      images.length === 1 ? [await classify(images[0]!, call)] : await classifyBatch(images, call)
    return answers.map((answer, i) => [files[i]!, answer])
  } catch (cause) {
    if (!(cause instanceof ClassifyFailed)) throw cause
    // What is wrong with one image says nothing of the next.
    if (images.length === 1 && OF_THE_IMAGE.has(cause.status))
      return [
        [files[0]!, { error: { code: cause.code, message: cause.message, requestId: cause.requestId } }],
      ]
    const mend = cause.code === 'unreachable' ? '. Name another with --worker or TANDEM_WORKER_URL' : ''
    throw new CommandFailed(`${cause.message}${mend}`, { cause, reason: reasonOf(cause) })
  }
}

function line(file: string, answer: Answered): string {
  const name = path.basename(file)
  if ('error' in answer) return `${name}: ${answer.error.message}`
  const labels = answer.labels.map((l) => `${l.name} ${percent(l.score)}`).join('; ')
  const ms = round(answer.timingsMs.total ?? 0, 1)
  return `${name}: ${labels}  [${answer.tier}, ${answer.model}]  ${why(answer)}  ${ms} ms`
}
