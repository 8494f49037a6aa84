// Watches one running function until it ends. Neither workerd nor a thread limits CPU time, and V8's heap limit
// leaves array buffers out: this loop is the limit. Only CPU time burnt while unresponsive counts, so a board
// that is busy with something else does not punish its function. Memory is looked at between pings as well: a
// function can fill a board's within a second.

import { setTimeout as delay } from 'node:timers/promises'
import type { RunningFunction } from '../function-host.ts'
import type { WatchdogLimits } from './watchdog-limits.ts'

/** One read of /proc, some 30 microseconds. */
const MEMORY_LOOK_MS = 100

/** Resolves with the reason when `running` has died, by itself or by our hand; undefined when aborted. */
export async function guard(
  running: RunningFunction,
  limits: WatchdogLimits,
  signal: AbortSignal,
): Promise<string | undefined> {
  let reason: string | undefined
  const gone = new AbortController()
  const exited = running.exited.then((why) => {
    reason = why
    gone.abort()
  })
  // Not raced against `exited`: a promise that lives as long as the function would keep something of every ping.
  const over = AbortSignal.any([signal, gone.signal])
  const memory = setInterval(() => {
    const verdict = tooBig(running, limits)
    if (verdict !== undefined) running.kill(verdict)
  }, MEMORY_LOOK_MS).unref()
  /** Active time when it last began not to answer. */
  let stuckFromMs: number | undefined
  try {
    while (!signal.aborted && reason === undefined) {
      await pause(limits.pingEveryMs, over)
      if (over.aborted) break
      const before = running.usage()
      const isResponsive = await running.ping(limits.pingMaxMs)
      stuckFromMs = isResponsive ? undefined : (stuckFromMs ?? before.activeMs)
      const stuckMs = stuckFromMs === undefined ? 0 : running.usage().activeMs - stuckFromMs
      if (stuckMs <= limits.stuckCpuMaxMs) continue
      running.kill(`is stuck after ${Math.round(stuckMs)} ms of CPU time`)
      await exited
    }
  } finally {
    clearInterval(memory)
  }
  return reason
}

function tooBig(running: RunningFunction, limits: WatchdogLimits): string | undefined {
  const { rssBytes = 0 } = running.usage()
  if (rssBytes <= limits.rssMaxBytes) return undefined
  return `uses ${Math.round(rssBytes / 2 ** 20)} MB, expected at most ${Math.round(limits.rssMaxBytes / 2 ** 20)} MB`
}

/** Resolves early when aborted, which is the only error that a delay knows: the caller looks at the signal. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal, ref: false }).catch(() => {})
}
