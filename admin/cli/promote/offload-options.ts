// How a deployment's devices use their edges, as a person types it. What is left out keeps its default.

import { type Command, InvalidArgumentError, Option } from 'commander'
import { Preference } from '#contract/decision.ts'
import { OffloadBudget, type Policy } from '#contract/deployment.ts'

export interface OffloadOptions {
  readonly edgeDeadline?: number
  readonly edgeConnect?: number
  readonly latencyBudget?: number
  readonly preference?: Preference
  readonly offloadBudget?: OffloadBudget
}

const UNITS_MS: Record<string, number> = { ms: 1, s: 1_000 }

export function milliseconds(text: string): number {
  const [, count, unit = 'ms'] = /^(\d+(?:\.\d+)?)(ms|s)?$/.exec(text) ?? []
  if (count === undefined) throw new InvalidArgumentError('expected a duration such as 300ms or 2s')
  return Math.round(Number(count) * UNITS_MS[unit]!)
}

const NUMBER = '(\\d+(?:\\.\\d+)?)'

const LIMITS: readonly { readonly as: RegExp; readonly of: keyof OffloadBudget; readonly times: number }[] = [
  { as: new RegExp(`^${NUMBER}/s$`), of: 'requestsPerSecond', times: 1 },
  { as: new RegExp(`^${NUMBER}kb/s$`, 'i'), of: 'bytesPerSecond', times: 1_000 },
  { as: new RegExp(`^${NUMBER}mb/s$`, 'i'), of: 'bytesPerSecond', times: 1_000_000 },
  { as: new RegExp(`^${NUMBER}w$`, 'i'), of: 'watts', times: 1 },
  { as: new RegExp(`^${NUMBER}s$`), of: 'burstSeconds', times: 1 },
]

/** `5/s,200kb/s,0.5W,30s`: images, bytes and energy, each as a mean, and how many seconds' worth may come at once. */
export function offloadBudget(text: string): OffloadBudget {
  const limits: Record<string, number> = {}
  for (const part of text.split(',').map((part) => part.trim())) {
    const limit = LIMITS.find(({ as }) => as.test(part))
    if (!limit)
      throw new InvalidArgumentError(`"${part}" is none of 5/s, 200kb/s, 2mb/s, 0.5W, 30s (at once)`)
    limits[limit.of] = Number(limit.as.exec(part)![1]) * limit.times
  }
  const budget = OffloadBudget.safeParse(limits)
  if (!budget.success) throw new InvalidArgumentError(budget.error.issues[0]!.message)
  return budget.data
}

export const withOffloadOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--edge-deadline <duration>', 'the longest that an edge is waited for').argParser(
        milliseconds,
      ),
    )
    .addOption(
      new Option('--edge-connect <duration>', 'the longest that connecting to it may take').argParser(
        milliseconds,
      ),
    )
    .addOption(
      new Option(
        '--latency-budget <duration>',
        'how long clients wait that state no deadline: the local answer is begun in time for it',
      ).argParser(milliseconds),
    )
    .addOption(new Option('--preference <what>', 'of clients that state none').choices(Preference.options))
    .addOption(
      new Option(
        '--offload-budget <limits>',
        "what each device may send to its edges, such as '5/s,200kb/s,0.5W,30s' (the last: how much at once)",
      ).argParser(offloadBudget),
    )

/** The part of the policy that they make. */
export const offloadPolicy = (options: OffloadOptions): Partial<Policy> => ({
  ...(options.edgeDeadline === undefined ? {} : { edgeDeadlineMs: options.edgeDeadline }),
  ...(options.edgeConnect === undefined ? {} : { edgeConnectMs: options.edgeConnect }),
  ...(options.latencyBudget === undefined ? {} : { latencyBudgetMs: options.latencyBudget }),
  ...(options.preference === undefined ? {} : { preference: options.preference }),
  ...(options.offloadBudget === undefined ? {} : { offloadBudget: options.offloadBudget }),
})
