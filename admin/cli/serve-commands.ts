// Stages serve and observe: classifying files through the local worker, and what the devices decided.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { type Command, Option } from 'commander'
import { Preference } from '#contract/decision.ts'
import { CommandFailed } from '../client/api.ts'
import { classify } from '../client/classify.ts'
import { openSession } from './session.ts'
import { percent, round, table, why } from './table.ts'

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
  program
    .command('decisions')
    .description('what the devices decided, by tier and reason')
    .option('--hours <n>', 'how far back', Number, 24)
    .action(async (options, command: Command) => {
      const session = await openSession(command)
      const totals = await session.api.trpc.decisions.totals.query({ sinceHours: options.hours })
      const devices = new Map((await session.api.trpc.devices.list.query()).map((d) => [d.id, d.name]))
      const deployments = await session.api.trpc.rollouts.deployments.query()
      const versions = new Map(deployments.map((d) => [d.id, d.version]))
      session.print(
        totals,
        table([
          ['device', 'deployment', 'answered by', 'reason', 'images', 'mean ms', 'energy J'],
          ...totals.map((t) => [
            devices.get(t.deviceId),
            versions.get(t.deploymentId),
            t.tier,
            t.reason,
            t.images,
            round(t.latencyMeanMs, 1),
            round(t.energyJ, 3),
          ]),
        ]),
      )
    })
}
