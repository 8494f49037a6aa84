// A rollout's plan as a person types it: `--stages 10%,50%,100% --soak 60s --quality 'offload<=0.5,p95<=200ms'`.
// What applies to every stage is said once; plans that need more than that come through the API.

import { type Command, InvalidArgumentError, Option } from 'commander'
import type { QualityBounds } from '#contract/rollout.ts'

export interface StageInput {
  readonly share?: number
  readonly group?: string
  readonly devices?: string[]
}

export interface PlanOptions {
  readonly stages?: StageInput[]
  readonly soak?: number
  readonly timeout?: number
  readonly success?: number
  readonly errors?: number
  readonly minDecisions?: number
  readonly approveEach?: boolean
  readonly quality?: QualityBounds
}

const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 }

export function seconds(text: string): number {
  const [, count, unit = 's'] = /^(\d+)([smhd]?)$/.exec(text) ?? []
  if (count === undefined) throw new InvalidArgumentError('expected a duration such as 60s, 5m or 2h')
  return Number(count) * SECONDS[unit || 's']!
}

export function share(text: string): number {
  const [, number, sign] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? []
  const value = number === undefined ? Number.NaN : Number(number) / (sign === '%' ? 100 : 1)
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError('expected a share such as 10% or 0.1')
  return value
}

/** `10%`, `canary:100%` of another group, or `pi-1+pi-2` by name. */
export function stages(text: string): StageInput[] {
  return text.split(',').map((part) => {
    const [, group, rest] = /^(?:([a-z0-9-]+):)?(.+)$/.exec(part.trim()) ?? []
    const place = group === undefined ? {} : { group }
    if (rest === undefined) throw new InvalidArgumentError('expected stages such as 10%,50%,100%')
    return /^[\d.]+%?$/.test(rest) ? { ...place, share: share(rest) } : { ...place, devices: rest.split('+') }
  })
}

const BOUNDS: Record<string, keyof QualityBounds> = {
  'offload>=': 'offloadShareMin',
  'offload<=': 'offloadShareMax',
  'fallback<=': 'fallbackShareMax',
  'edge-failure<=': 'edgeFailureShareMax',
  'p95<=': 'latencyP95MaxMs',
  'disagreement<=': 'disagreementMax',
}

export function quality(text: string): QualityBounds {
  const bounds: Record<string, number> = {}
  for (const part of text.split(',')) {
    const [, what, value] = /^\s*([a-z0-9-]+[<>]=)(.+)$/.exec(part) ?? []
    const name = BOUNDS[what ?? '']
    if (name === undefined)
      throw new InvalidArgumentError(`"${part}" is none of ${Object.keys(BOUNDS).join(', ')} with a number`)
    const latencyMs =
      name === 'latencyP95MaxMs' ? Number(/^(\d+(?:\.\d+)?)(ms)?$/.exec(value!)?.[1]) : undefined
    if (latencyMs !== undefined && !(latencyMs > 0))
      throw new InvalidArgumentError('expected a latency such as p95<=200ms')
    bounds[name] = latencyMs ?? share(value!)
  }
  return bounds
}

const count = (text: string): number => {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError('expected a whole number')
  return Number(text)
}

export const withPlanOptions = (command: Command): Command =>
  command
    .addOption(
      new Option(
        '--stages <list>',
        'shares in order, such as 10%,50%,100%; all at once where left out',
      ).argParser(stages),
    )
    .addOption(new Option('--soak <duration>', 'watch each stage for so long').argParser(seconds))
    .addOption(
      new Option('--timeout <duration>', 'how long a device may take to serve it').argParser(seconds),
    )
    .addOption(
      new Option('--success <share>', 'of a stage’s devices, how many must serve it').argParser(share),
    )
    .addOption(new Option('--errors <share>', 'of a stage’s devices, how many may fail').argParser(share))
    .addOption(
      new Option('--min-decisions <count>', 'judge quality from so many decisions on').argParser(count),
    )
    .option('--approve-each', 'wait for approval before each stage but the first')
    .addOption(
      new Option('--quality <bounds>', "such as 'offload<=0.5,fallback<=0.01,p95<=200ms'").argParser(quality),
    )

/** The stages as the API takes them; undefined for all at once. */
export function planFrom(options: PlanOptions) {
  const { soak, timeout, success, errors, minDecisions, approveEach } = options
  const isPlain = [soak, timeout, success, errors, minDecisions, options.quality].every(
    (o) => o === undefined,
  )
  if (options.stages === undefined && isPlain) return undefined
  const each = {
    ...(soak === undefined ? {} : { soakS: soak }),
    ...(timeout === undefined ? {} : { timeoutS: timeout }),
    ...(success === undefined ? {} : { successShare: success }),
    ...(errors === undefined ? {} : { errorShare: errors }),
    ...(minDecisions === undefined ? {} : { minDecisions }),
  }
  return (options.stages ?? [{ share: 1 }]).map((stage, i) => ({
    ...each,
    ...stage,
    ...(approveEach && i > 0 ? { gate: 'approval' as const } : {}),
  }))
}
