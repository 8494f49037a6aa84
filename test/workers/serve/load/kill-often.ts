// Kills the serving function's process under load, at times drawn by chance, as the kernel would where memory runs
// out: SIGKILL from outside. Waits each time until another process serves.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Generations } from '#workers/serve/generations.ts'
import type { Load } from './load.ts'

export interface KillPlan {
  readonly kills: number
  /** Of the load. */
  readonly requests: number
  readonly random: () => number
  readonly onKill?: (done: number, backMs: number) => void
}

const LOOK_EVERY_MS = 5
const BACK_MAX_MS = 20_000

/** How long the function was away, for each kill. */
export async function killOften(
  generations: Generations,
  load: Load,
  { kills, requests, random, onKill = () => {} }: KillPlan,
): Promise<number[]> {
  const backMs: number[] = []
  while (backMs.length < kills) {
    const due = ((backMs.length + random()) * requests) / (kills + 1)
    while (load.rows.length < due) await sleep(LOOK_EVERY_MS)
    const victim = await processOf(generations, undefined)
    const start = performance.now()
    process.kill(victim, 'SIGKILL')
    await processOf(generations, victim)
    backMs.push(performance.now() - start)
    onKill(backMs.length, backMs.at(-1)!)
  }
  return backMs
}

/** The process that serves and is not `dead`. */
async function processOf(generations: Generations, dead: number | undefined): Promise<number> {
  const deadline = performance.now() + BACK_MAX_MS
  while (performance.now() < deadline) {
    const pid = generations.serving?.functionProcess.pid
    if (pid !== undefined && pid !== dead) return pid
    await sleep(LOOK_EVERY_MS)
  }
  throw new Error(`the function did not come back within ${BACK_MAX_MS} ms`)
}
