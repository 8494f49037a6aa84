// Stage profile, what may happen to a job once it was asked for: it is looked at, it is cancelled, or its energy is
// told anew by a meter in the device's supply.

import { readFile } from 'node:fs/promises'
import { type Command, InvalidArgumentError } from 'commander'
import type { Energy } from '#contract/outcome.ts'
import { CommandFailed } from '../client/api.ts'
import { allOf } from '../client/link/pages.ts'
import { openSession } from './session.ts'
import { fileWords } from './shell/end-of-command.ts'
import { round, table } from './table.ts'

const number = (text: string): number => {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('expected a number')
  return value
}

/** `0..5s`: seconds of the trace, from its first sample on. */
function span(text: string): { fromS: number; toS: number } {
  const match = /^(\d+(?:\.\d+)?)\.\.(\d+(?:\.\d+)?)s?$/.exec(text)
  if (!match || Number(match[1]) >= Number(match[2]))
    throw new InvalidArgumentError('expected two times such as 0..5s')
  return { fromS: Number(match[1]), toS: Number(match[2]) }
}

export function addEnergyCommands(program: Command): void {
  const profile = program.commands.find((command) => command.name() === 'profile')!
  addList(profile)
  addCancel(profile)
  program
    .command('energy')
    .description('energy of profiles by other meters')
    .command('import')
    .description('take the energy of a finished job from the CSV of a Monsoon or another external meter')
    .requiredOption('--profile <job>', 'job, as `tandem profile list` names it')
    .requiredOption(
      '--csv <file>',
      'trace: Time (s) and Main Avg Power (mW), or current (mA) and voltage (V)',
    )
    .option(
      '--offset-ms <n>',
      'device’s clock minus the trace’s, in ms; for a trace that counts from 0, when it began',
      number,
    )
    .option('--marker <s>', 'instead: second of the trace in which the job begins', number)
    .option('--idle <span>', 'seconds of the trace in which the device was idle', span, { fromS: 0, toS: 5 })
    .action(async (options, command: Command) => {
      const session = await openSession(command)
      const bytes = await readFile(options.csv).catch((cause: NodeJS.ErrnoException) => {
        throw new CommandFailed(
          `Cannot read trace "${options.csv}": ${fileWords(cause)}, expected a CSV file`,
          {
            cause,
          },
        )
      })
      const { digest } = await session.api.upload(bytes, 'text/csv')
      const job = await session.api.trpc.profiles.importEnergy.mutate({
        id: options.profile,
        csv: digest,
        offsetMs: options.offsetMs,
        markerS: options.marker,
        idle: options.idle,
      })
      session.print(job, energyReport(job.id, job.result!.energy))
    })
}

function addList(profile: Command): void {
  profile
    .command('list')
    .description('jobs and how far they are')
    .action(async (_options, command: Command) => {
      const session = await openSession(command)
      const { trpc } = session.api
      const jobs = await allOf(trpc.profiles.list)
      const devices = new Map((await allOf(trpc.devices.list)).map((d) => [d.id, d.name]))
      const models = new Map((await allOf(trpc.models.list)).map((m) => [m.id, m.name]))
      session.print(
        jobs,
        table([
          ['job', 'device', 'model', 'state', 'images', 'energy by'],
          ...jobs.map((job) => [
            job.id,
            devices.get(job.deviceId),
            models.get(job.modelId ?? '') ?? 'features',
            job.state,
            `${job.done} of ${job.total}`,
            job.result?.energy.method,
          ]),
        ]),
      )
    })
}

function addCancel(profile: Command): void {
  profile
    .command('cancel')
    .description('end a job; the device stops within one batch of images')
    .argument('<job>', 'as `tandem profile list` names it')
    .action(async (id: string, _options, command: Command) => {
      const session = await openSession(command)
      const job = await session.api.trpc.profiles.cancel.mutate({ id })
      session.print(job, `Cancelled job "${job.id}" at image ${job.done} of ${job.total}`)
    })
}

function energyReport(id: string, energy: Energy): string {
  const before = energy.earlier?.[0]
  return [
    `Energy of job "${id}": ${round(energy.perImageJ, 4)} J/image by ${energy.method}` +
      (before ? `, was ${round(before.perImageJ, 4)} by ${before.method}` : ''),
    `${energy.samples} samples over ${round(energy.seconds ?? 0)} s, idle ${round(energy.idleWatts ?? 0, 3)} W taken off`,
    ...(energy.gaps ? [`${energy.gaps} gaps in the trace`] : []),
    ...(energy.isClipped ? ['The trace shows less than idle: the energy is told as 0'] : []),
  ].join('\n')
}
