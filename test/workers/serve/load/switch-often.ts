// Switches between two deployments while a load runs, evenly over its requests, as the agent would do it: start
// the new one, switch, stop the old one. Tells when each switch began and ended, so that what clients saw
// meanwhile can be told apart from the rest.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Deployment } from '#contract/deployment.ts'
import type { Generations } from '#workers/serve/generations.ts'
import { type Load, type LoadRow, monotonicMs } from './load.ts'

export interface SwitchWindow {
  readonly beginMs: number
  /** The new one was checked, and serves from here. */
  readonly switchedMs: number
  /** The old one is gone. */
  readonly endMs: number
}

export interface SwitchPlan {
  /** The first of them serves. */
  readonly between: readonly [Deployment, Deployment]
  readonly switches: number
  /** Of the load. */
  readonly requests: number
  readonly onSwitch?: (done: number, window: SwitchWindow) => void
}

const LOOK_EVERY_MS = 20

export async function switchOften(
  generations: Generations,
  load: Load,
  { between, switches, requests, onSwitch = () => {} }: SwitchPlan,
): Promise<SwitchWindow[]> {
  const windows: SwitchWindow[] = []
  while (windows.length < switches) {
    const due = ((windows.length + 1) * requests) / (switches + 1)
    while (load.rows.length < due) await sleep(LOOK_EVERY_MS)
    const old = between[windows.length % 2]!
    const next = between[(windows.length + 1) % 2]!
    const beginMs = monotonicMs()
    await generations.start(next)
    generations.switchTo(next.id)
    const switchedMs = monotonicMs()
    await generations.stop(old.id)
    windows.push({ beginMs, switchedMs, endMs: monotonicMs() })
    onSwitch(windows.length, windows.at(-1)!)
  }
  return windows
}

/** Requests that were under way while a switch was, and the others. */
export function splitBySwitch(rows: readonly LoadRow[], windows: readonly SwitchWindow[]) {
  const during: LoadRow[] = []
  const quiet: LoadRow[] = []
  const byBegin = [...rows].sort((a, b) => a.beginMs - b.beginMs)
  let next = 0
  for (const row of byBegin) {
    while (next < windows.length && windows[next]!.endMs < row.beginMs) next++
    const isDuring = next < windows.length && windows[next]!.beginMs <= row.endMs
    ;(isDuring ? during : quiet).push(row)
  }
  return { during, quiet }
}
