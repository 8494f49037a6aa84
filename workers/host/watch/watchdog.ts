// A function that is kept running: watched (guard.ts), judged by its answers, killed where it is stuck, too big or
// of no use, and started again with back-off. One that dies again and again is given up, once, by an event, so
// that the device can go back to what ran before; it is still tried now and then, where nothing takes over.
// While it is down the caller answers by the built-in path, so a call is refused at once and never waits.

import type { FunctionRequest } from '#contract/function-bindings.ts'
import { FunctionFailed } from '../function-failed.ts'
import type { FunctionDriver, FunctionHost, FunctionSpec, RunningFunction } from '../function-host.ts'
import { DeathRecord } from './death-record.ts'
import { guard, pause } from './guard.ts'
import { Patience } from './patience.ts'
import { StrikeRecord } from './strike-record.ts'
import { WATCHDOG_LIMITS, type WatchdogLimits } from './watchdog-limits.ts'

export type WatchdogEvent =
  | { kind: 'died'; reason: string }
  | { kind: 'restarted'; deaths: number }
  | { kind: 'restart-failed'; deaths: number; error: unknown }
  /** Given up: at most once in a function's life. */
  | { kind: 'failed'; deaths: number; reason: string }

export interface FunctionHealth {
  readonly state: 'healthy' | 'down'
  /** Given up by the watchdog. */
  readonly hasFailed: boolean
  readonly deaths: number
  readonly lastReason: string | undefined
}

export interface WatchedFunction extends AsyncDisposable {
  readonly driver: FunctionDriver
  readonly health: FunctionHealth
  /** Of its process, where it has one and runs. */
  readonly pid: number | undefined
  readonly rssBytes: number | undefined
  /**
   * What `accept` makes of the function's answer; where it throws, the answer was nonsense. Throws a
   * `FunctionFailed`, with `down` at once while it is down or does not answer anybody.
   */
  classify<T>(handle: string, request: FunctionRequest, accept: (answer: unknown) => T): Promise<T>
}

export interface WatchOptions {
  onEvent?: (event: WatchdogEvent) => void
  limits?: Partial<WatchdogLimits>
  /** Whether the host is at work for this image right now, which is no fault of the function's. */
  isBusy?: (handle: string) => boolean
}

/** Rejects as `host.start` does where the first start fails: a function that never ran is not restarted. */
export async function watchFunction(
  host: FunctionHost,
  spec: FunctionSpec,
  { onEvent = () => {}, limits = {}, isBusy = () => false }: WatchOptions = {},
): Promise<WatchedFunction> {
  const first = await host.start(spec)
  return new Watched({ host, spec, onEvent, isBusy, limits: { ...WATCHDOG_LIMITS, ...limits } }, first)
}

interface WatchContext extends Required<Omit<WatchOptions, 'limits'>> {
  readonly host: FunctionHost
  readonly spec: FunctionSpec
  readonly limits: WatchdogLimits
}

/** One life of the function. */
interface Life {
  readonly running: RunningFunction
  readonly strikes: StrikeRecord
  /** Somebody waited in vain: until it answers again, one request at a time finds out. */
  isSuspect: boolean
  isOnTrial: boolean
}

class Watched implements WatchedFunction {
  readonly driver: FunctionDriver
  readonly #context: WatchContext
  readonly #patience: Patience
  readonly #record: DeathRecord
  readonly #stop = new AbortController()
  readonly #watching: Promise<void>
  #life: Life | undefined

  constructor(context: WatchContext, first: RunningFunction) {
    const { limits, spec, isBusy } = context
    this.driver = first.driver
    this.#context = context
    this.#record = new DeathRecord(limits)
    const totalMaxMs = spec.deployment.policy.edgeDeadlineMs + limits.answerSlackMs
    this.#patience = new Patience({ idleMaxMs: limits.idleMaxMs, totalMaxMs }, isBusy)
    this.#watching = this.#watch(this.#live(first))
  }

  get health(): FunctionHealth {
    const { hasFailed, total, lastReason } = this.#record
    return { state: this.#life ? 'healthy' : 'down', hasFailed, deaths: total, lastReason }
  }

  get pid(): number | undefined {
    return this.#life?.running.pid
  }

  get rssBytes(): number | undefined {
    return this.#life?.running.usage().rssBytes
  }

  async classify<T>(handle: string, request: FunctionRequest, accept: (answer: unknown) => T): Promise<T> {
    const life = this.#life
    if (!life) throw refused('is being restarted')
    if (life.isSuspect && life.isOnTrial) throw refused('does not answer')
    const isTrial = life.isSuspect
    if (isTrial) life.isOnTrial = true
    try {
      const answer = await this.#patience.wait(handle, (signal) =>
        life.running.classify(handle, request, signal),
      )
      const accepted = acceptBy(accept, answer)
      life.isSuspect = false
      this.#judge(life, true)
      return accepted
    } catch (error) {
      if (error instanceof FunctionFailed && error.code === 'timeout') life.isSuspect = true
      this.#judge(life, false)
      throw error
    } finally {
      if (isTrial) life.isOnTrial = false
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#watching
  }

  #live(running: RunningFunction): Life {
    this.#life = {
      running,
      strikes: new StrikeRecord(this.#context.limits),
      isSuspect: false,
      isOnTrial: false,
    }
    return this.#life
  }

  #judge(life: Life, wasUsable: boolean): void {
    // What died with the process is the death's to count.
    if (life !== this.#life || !life.strikes.add(wasUsable)) return
    const { strikesOf } = this.#context.limits
    life.running.kill(
      `has given ${life.strikes.strikes} unusable answers, expected fewer of the last ${strikesOf}`,
    )
  }

  async #watch(first: Life): Promise<void> {
    let life: Life | undefined = first
    while (life) {
      const reason = await guard(life.running, this.#context.limits, this.#stop.signal)
      this.#life = undefined
      await life.running[Symbol.asyncDispose]()
      if (reason === undefined) return
      this.#context.onEvent({ kind: 'died', reason })
      this.#mourn(reason)
      life = await this.#restart()
    }
  }

  #mourn(reason: string): void {
    if (this.#record.add(performance.now(), reason))
      this.#context.onEvent({ kind: 'failed', deaths: this.#record.total, reason })
  }

  /** Undefined where the watchdog is stopped meanwhile. */
  async #restart(): Promise<Life | undefined> {
    const { host, spec, onEvent } = this.#context
    for (;;) {
      await pause(this.#record.backoffMs, this.#stop.signal)
      if (this.#stop.signal.aborted) return undefined
      try {
        const life = this.#live(await host.start(spec))
        onEvent({ kind: 'restarted', deaths: this.#record.total })
        return life
      } catch (error) {
        onEvent({ kind: 'restart-failed', deaths: this.#record.total, error })
        this.#mourn(error instanceof Error ? error.message : 'does not start')
      }
    }
  }
}

function acceptBy<T>(accept: (answer: unknown) => T, answer: unknown): T {
  try {
    return accept(answer)
  } catch (cause) {
    throw new FunctionFailed(
      'nonsense',
      'Cannot classify by function: answer is JSON of something else, expected an answer',
      { cause },
    )
  }
}

const refused = (what: string) =>
  new FunctionFailed('down', `Cannot classify by function: ${what}, expected it to run`)
