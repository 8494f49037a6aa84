// What a function must do before it is worth a version: start in workerd, and answer an image in every situation that
// a device will bring it into, with a valid answer that is true to what it asked. It is no proof that the function is
// good: that is measured by a rollout. The first thing that is wrong is the reason of the refusal.

import { setTimeout as sleep } from 'node:timers/promises'
import type { FunctionAnswer } from '#contract/classify.ts'
import type { Tier } from '#contract/tier.ts'
import { chooseHost } from '../host/choose-host.ts'
import { FunctionFailed } from '../host/function-failed.ts'
import { type Asked, type Bench, type BenchRequest, STAND_IN_CLASSES, startBench } from './bench.ts'

export interface FunctionToCheck {
  /** Bundled. */
  readonly code: string
  readonly name: string
}

export type FunctionCheck =
  | { readonly ok: true; readonly driver: string; readonly situations: number; readonly answerMs: number }
  | { readonly ok: false; readonly reason: string }

interface Situation extends BenchRequest {
  readonly tier: Tier
  readonly title: string
}

const SITUATIONS: readonly Situation[] = [
  { tier: 'local', title: 'on a local device' },
  { tier: 'local', title: 'on a local device whose edge refuses', edge: 'refuses' },
  { tier: 'local', title: 'for a client that wants local-only', preference: 'local-only' },
  { tier: 'local', title: 'for a client that wants accuracy', preference: 'accuracy' },
  { tier: 'local', title: 'for a client that wants one class', topK: 1 },
  { tier: 'edge', title: 'on an edge device' },
]

export async function checkFunction({ code, name }: FunctionToCheck): Promise<FunctionCheck> {
  const refuse = (what: string): FunctionCheck => ({
    ok: false,
    reason: `Cannot accept function "${name}": ${what}`,
  })
  const { host, reason } = await chooseHost()
  if (host.driver !== 'workerd')
    return refuse(`it cannot be checked here, since ${reason}; expected a machine on which workerd runs`)
  let answerMs = 0
  for (const tier of ['local', 'edge'] as const) {
    const bench = await startBench({ code }, { tier }).catch(failure)
    if (typeof bench === 'string') return refuse(bench)
    try {
      for (const situation of SITUATIONS.filter((s) => s.tier === tier)) {
        const start = performance.now()
        const wrong = await tryIn(bench, situation)
        answerMs = Math.max(answerMs, performance.now() - start)
        if (wrong !== undefined) return refuse(`${situation.title} it ${wrong}${await printed(bench)}`)
      }
    } finally {
      await bench[Symbol.asyncDispose]()
    }
  }
  return { ok: true, driver: host.driver, situations: SITUATIONS.length, answerMs }
}

/** What is wrong with its answer. */
async function tryIn(bench: Bench, situation: Situation): Promise<string | undefined> {
  try {
    return untruth(await bench.classify(situation), bench.asked, situation)
  } catch (error) {
    return failureIn(error)
  }
}

function untruth(answer: FunctionAnswer, asked: Asked, { tier, edge, preference, topK = 3 }: Situation) {
  if (answer.labels.length > topK)
    return `answers ${answer.labels.length} classes, expected at most the ${topK} that were asked for`
  const unknown = answer.labels.find(({ index, name }) => STAND_IN_CLASSES[index] !== name)
  if (unknown) return `answers class ${unknown.index} "${unknown.name}", expected one that a model has named`
  if (tier === 'edge' && answer.tier !== 'edge') return 'says that the local tier has answered, expected edge'
  if (tier === 'edge') return undefined
  if (preference === 'local-only' && asked.offload > 0)
    return 'sends the image to the edge, expected it to stay on the device'
  if (answer.tier === 'edge' && (asked.offload === 0 || edge === 'refuses'))
    return 'says that the edge has answered, expected the tier that did'
  return undefined
}

function failure(error: unknown): string {
  const said = failureIn(error)
  return said.replace(/^start function of deployment "bench": /, 'it does not start: ')
}

/** A `FunctionFailed` in other words: its first ones name what this check wants to name itself. */
function failureIn(error: unknown): string {
  if (!(error instanceof FunctionFailed)) throw error
  return error.message
    .replace(/^Cannot (classify by function: )?/, '')
    .replace(/^answer is/, 'gives an answer that is')
}

/** What a function prints comes on another way than its answer, and may be later. */
const PRINTING_MAX_MS = 300

async function printed(bench: Bench): Promise<string> {
  const end = performance.now() + PRINTING_MAX_MS
  while (bench.output === '' && performance.now() < end) await sleep(20)
  const { output } = bench
  // What the function threw, where workerd tells it among its own words.
  const first = /remote\.jsg\.(.*)/.exec(output)?.[1] ?? /^\S.*$/m.exec(output)?.[0]
  return first === undefined ? '' : ` (it printed: ${first.slice(0, 200)})`
}
