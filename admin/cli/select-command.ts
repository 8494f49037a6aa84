// Stage select: the pair, within what a person expects of it.

import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Expectations } from '#contract/results/expectations.ts'
import { FrontRouter } from '#contract/results/selection.ts'
import { list } from './profile-commands.ts'
import { selectionReport } from './report.ts'
import { openSession } from './session.ts'

function numberOf(text: string, what: string, isIn: (value: number) => boolean): number {
  const value = Number(text)
  if (text.trim() === '' || !isIn(value)) throw new InvalidArgumentError(`expected ${what}`)
  return value
}
const isShare = (value: number) => value >= 0 && value <= 1
const share = (text: string): number => numberOf(text, 'a share such as 0.3', isShare)
const positive = (text: string): number =>
  numberOf(text, 'a number above 0', (value) => value > 0 && Number.isFinite(value))
const weight = (text: string): number =>
  numberOf(text, 'a weight of 0 or more', (value) => value >= 0 && Number.isFinite(value))

const UNITS: Record<string, number> = {
  '': 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
}
const byteCount = (text: string): number => {
  const [, digits, unit] = /^(\d+(?:\.\d+)?) ?([kmg]i?b)?$/i.exec(text.trim()) ?? []
  if (digits === undefined) throw new InvalidArgumentError('expected bytes, or a size such as 16MB or 64MiB')
  return Math.floor(Number(digits) * UNITS[(unit ?? '').toUpperCase()]!)
}

interface SelectOptions {
  readonly dataset: string
  readonly models?: string[]
  readonly localDevice?: string
  readonly edgeDevice?: string
  readonly accuracyMin?: number
  readonly localLatencyMax?: number
  readonly edgeLatencyMax?: number
  readonly localEnergyMax?: number
  readonly edgeEnergyMax?: number
  readonly memoryMax?: number
  readonly sizeMax?: number
  readonly weightLatency?: number
  readonly weightAccuracy?: number
  readonly weightEnergy?: number
  readonly frontRouter: FrontRouter
  readonly offload: number
}

function expectationsOf(options: SelectOptions): Expectations {
  const { weightLatency: latency, weightAccuracy: accuracy, weightEnergy: energy } = options
  const isWeighted = [latency, accuracy, energy].some((value) => value !== undefined)
  return {
    accuracyMin: options.accuracyMin,
    localLatencyMaxMs: options.localLatencyMax,
    edgeLatencyMaxMs: options.edgeLatencyMax,
    localEnergyMaxJ: options.localEnergyMax,
    edgeEnergyMaxJ: options.edgeEnergyMax,
    memoryMaxBytes: options.memoryMax,
    sizeMaxBytes: options.sizeMax,
    weights: isWeighted ? { latency, accuracy, energy } : undefined,
  }
}

export function addSelectCommand(program: Command): void {
  program
    .command('select')
    .description('choose the pair: fastest local model, and the one that is best where it fails')
    .requiredOption('--dataset <name>', 'data set that the models were profiled on')
    .option('--models <names>', 'comma-separated; all profiled models where left out', list)
    .option('--local-device <name>', 'where several are enrolled')
    .option('--edge-device <name>', 'where several are enrolled')
    .option('--accuracy-min <share>', 'least top-1 of the local model, e.g. 0.7', share)
    .option('--local-latency-max <ms>', 'highest mean latency on the local device', positive)
    .option('--edge-latency-max <ms>', 'highest mean latency on the edge device', positive)
    .option('--local-energy-max <joules>', 'highest energy an image on the local device', positive)
    .option('--edge-energy-max <joules>', 'highest energy an image on the edge device', positive)
    .option('--memory-max <bytes>', 'highest peak memory of the local model, e.g. 256MiB', byteCount)
    .option('--size-max <bytes>', 'largest file of the local model, e.g. 16MB', byteCount)
    .option('--weight-latency <weight>', 'choose by a weighted sum; those left out count nothing', weight)
    .option('--weight-accuracy <weight>', 'likewise, of top-1, or of top-1 on the local failures', weight)
    .option('--weight-energy <weight>', 'likewise, of energy an image', weight)
    .addOption(
      new Option('--front-router <router>', 'router that the comparison of all pairs assumes')
        .choices(FrontRouter.options)
        .default('confidence'),
    )
    .option(
      '--offload <share>',
      'share of images that it sends to the edge; the oracle has its own',
      share,
      0.3,
    )
    .action(async (options: SelectOptions, command: Command) => {
      const session = await openSession(command)
      const { dataset, models, localDevice, edgeDevice, frontRouter, offload } = options
      const selection = await session.api.trpc.selections.create.mutate({
        ...{ dataset, models, localDevice, edgeDevice, frontRouter, offloadShare: offload },
        expectations: expectationsOf(options),
      })
      session.print(selection, `${selectionReport(selection.result)}\nSelection ${selection.id}`)
      if (!selection.result.ok) process.exitCode = 1
    })
}
