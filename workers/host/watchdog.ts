// Neither workerd nor a thread limits CPU time, and V8's heap limit leaves array buffers out: this loop is the
// limit. It pings every half second; a function that burns CPU without answering, or that has grown too big,
// is killed, and whatever has died is started again with back-off. Only CPU time burnt while unresponsive
// counts, so a board that is busy with something else does not punish its function. While the function is
// down the caller answers by the built-in path, so `state` is a hint and never something to wait for.

import { setTimeout as delay } from 'node:timers/promises'
import type { FunctionRequest } from '#contract/function-bindings.ts'
import { FunctionFailed } from './function-failed.ts'
import type { FunctionDriver, FunctionHost, FunctionSpec, RunningFunction } from './function-host.ts'

export interface WatchdogLimits {
  pingEveryMs: number
  pingMaxMs: number
  stuckCpuMaxMs: number
  rssMaxBytes: number
  backoffFirstMs: number
  backoffMaxMs: number
  /** A function that has lived this long is no crash loop: its next restart is prompt again. */
  settledAfterMs: number
}

/** 74 MB is workerd under load, so 200 MB is a leak; two seconds of CPU are 100 times a slow decision. */
export const WATCHDOG_LIMITS: WatchdogLimits = {
  pingEveryMs: 500,
  pingMaxMs: 500,
  stuckCpuMaxMs: 2_000,
  rssMaxBytes: 200 * 2 ** 20,
  backoffFirstMs: 50,
  backoffMaxMs: 10_000,
  settledAfterMs: 60_000,
}

export type WatchdogEvent =
  | { kind: 'died'; reason: string }
  | { kind: 'restarted'; attempts: number }
  | { kind: 'restart-failed'; attempts: number; error: unknown }

export interface WatchedFunction extends AsyncDisposable {
  readonly driver: FunctionDriver
  readonly state: 'healthy' | 'down'
  /** As `RunningFunction.classify`; throws a `FunctionFailed` with `down` at once while it is down. */
  classify(handle: string, request: FunctionRequest, signal?: AbortSignal): Promise<unknown>
}

export interface WatchOptions {
  onEvent?: (event: WatchdogEvent) => void
  limits?: Partial<WatchdogLimits>
}

/** Rejects as `host.start` does where the first start fails: a function that never ran is not restarted. */
export async function watchFunction(
  host: FunctionHost,
  spec: FunctionSpec,
  { onEvent = () => {}, limits = {} }: WatchOptions = {},
): Promise<WatchedFunction> {
  const first = await host.start(spec)
  return new Watched({ host, spec, onEvent, limits: { ...WATCHDOG_LIMITS, ...limits } }, first)
}

interface WatchContext {
  host: FunctionHost
  spec: FunctionSpec
  onEvent: (event: WatchdogEvent) => void
  limits: WatchdogLimits
}

class Watched implements WatchedFunction {
  readonly driver: FunctionDriver
  readonly #context: WatchContext
  readonly #stop = new AbortController()
  readonly #watching: Promise<void>
  #running: RunningFunction | undefined
  #attempts = 0

  constructor(context: WatchContext, first: RunningFunction) {
    this.driver = first.driver
    this.#context = context
    this.#running = first
    this.#watching = this.#watch(first)
  }

  get state(): 'healthy' | 'down' {
    return this.#running ? 'healthy' : 'down'
  }

  async classify(handle: string, request: FunctionRequest, signal?: AbortSignal): Promise<unknown> {
    if (this.#running) return this.#running.classify(handle, request, signal)
    throw new FunctionFailed('down', 'Cannot classify by function: is being restarted, expected it to run')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#watching
  }

  async #watch(first: RunningFunction): Promise<void> {
    let running: RunningFunction | undefined = first
    while (running) {
      const bornAt = performance.now()
      const reason = await guard(running, this.#context.limits, this.#stop.signal)
      this.#running = undefined
      await running[Symbol.asyncDispose]()
      if (reason === undefined) return
      this.#context.onEvent({ kind: 'died', reason })
      if (performance.now() - bornAt > this.#context.limits.settledAfterMs) this.#attempts = 0
      running = await this.#restart()
    }
  }

  /** Undefined where the watchdog is stopped meanwhile. */
  async #restart(): Promise<RunningFunction | undefined> {
    const { host, spec, onEvent, limits } = this.#context
    for (;;) {
      await pause(
        Math.min(limits.backoffMaxMs, limits.backoffFirstMs * 2 ** this.#attempts),
        this.#stop.signal,
      )
      if (this.#stop.signal.aborted) return undefined
      this.#attempts++
      try {
        const running = await host.start(spec)
        this.#running = running
        onEvent({ kind: 'restarted', attempts: this.#attempts })
        return running
      } catch (error) {
        onEvent({ kind: 'restart-failed', attempts: this.#attempts, error })
      }
    }
  }
}

/** Resolves with the reason when `running` has died, by itself or by our hand; undefined when aborted. */
async function guard(
  running: RunningFunction,
  limits: WatchdogLimits,
  signal: AbortSignal,
): Promise<string | undefined> {
  let reason: string | undefined
  const exited = running.exited.then((why) => {
    reason = why
  })
  /** Active time when it last began not to answer. */
  let stuckFromMs: number | undefined
  while (!signal.aborted && reason === undefined) {
    await Promise.race([pause(limits.pingEveryMs, signal), exited])
    if (signal.aborted || reason !== undefined) break
    const before = running.usage()
    const isResponsive = await running.ping(limits.pingMaxMs)
    stuckFromMs = isResponsive ? undefined : (stuckFromMs ?? before.activeMs)
    const verdict = judge(running, limits, stuckFromMs)
    if (verdict === undefined) continue
    running.kill(verdict)
    await exited
  }
  return reason
}

function judge(running: RunningFunction, limits: WatchdogLimits, stuckFromMs: number | undefined) {
  const { activeMs, rssBytes = 0 } = running.usage()
  if (rssBytes > limits.rssMaxBytes)
    return `uses ${Math.round(rssBytes / 2 ** 20)} MB, expected at most ${Math.round(limits.rssMaxBytes / 2 ** 20)} MB`
  const stuckMs = stuckFromMs === undefined ? 0 : activeMs - stuckFromMs
  return stuckMs > limits.stuckCpuMaxMs ? `is stuck after ${Math.round(stuckMs)} ms of CPU time` : undefined
}

/** Resolves early when aborted, which is the only error that a delay knows: the caller looks at the signal. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal, ref: false }).catch(() => {})
}
