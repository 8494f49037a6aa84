// Stage serve: classifying files through the local worker.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { type Command, Option } from 'commander'
import { Preference } from '#contract/decision.ts'
import { CommandFailed } from '../client/api.ts'
import { classify } from '../client/classify.ts'
import { percent, round, why } from './table.ts'

export function addServeCommands(program: Command): void {
  program
    .command('classify')
    .description('classify images through the local worker: label, tier, why, time')
    .argument('<files...>', 'JPEG, PNG or WebP')
    .option('--worker <url>', 'worker; TANDEM_PI_PORT on this machine where left out')
    .option('--top <k>', 'classes an image', Number, 1)
    .addOption(new Option('--preference <p>', 'what matters').choices(Preference.options).default('balanced'))
    .action(async (files: string[], options, command: Command) => {
      const isJson = command.optsWithGlobals<{ json?: boolean }>().json === true
      const url: string = options.worker ?? `http://127.0.0.1:${process.env.TANDEM_PI_PORT ?? 7401}`
      for (const file of files) {
        const bytes = await readFile(file).catch((cause: unknown) => {
          throw new CommandFailed(`Cannot read image "${file}"`, { cause })
        })
        const answer = await classify({ url, bytes, topK: options.top, preference: options.preference })
        const labels = answer.labels.map((l) => `${l.name} ${percent(l.score)}`).join('; ')
        process.stdout.write(
          isJson
            ? `${JSON.stringify({ file, ...answer })}\n`
            : `${path.basename(file)}: ${labels}  [${answer.tier}, ${answer.model}]  ${why(answer)}  ` +
                `${round(answer.timingsMs.total ?? 0, 1)} ms\n`,
        )
      }
    })
}
