// Watches a vision process for as long as it lives: what stands still although it has work, and what has grown far
// beyond its model, is killed. Time is counted in ticks of our own timer: while we stand still ourselves, no tick
// passes and nobody is blamed. An inference keeps the process from saying that it is alive, so the slowest one that
// was seen says what a stall is; before the first there is the deadline of loading.

import type { VisionLife } from './vision-life.ts'
import type { VisionLimits } from './vision-limits.ts'

/** A decoder can fill a board's memory within a second. One read of /proc takes 30 microseconds. */
const TICK_MS = 100

export function watchLife(life: VisionLife, limits: VisionLimits): void {
  const allowedBytes = (life.rssBytes ?? 0) + limits.grownMaxBytes
  let heard = life.heard
  let silentMs = 0
  const timer = setInterval(() => {
    const isSilent = life.isAtWork && life.heard === heard
    heard = life.heard
    silentMs = isSilent ? silentMs + TICK_MS : 0
    const stallMs = stallMaxMs(life.slowestMs, limits)
    if (silentMs > stallMs) life.kill(`has not moved for ${silentMs} ms`)
    const { rssBytes = 0 } = life
    if (rssBytes > allowedBytes)
      life.kill(`uses ${megabytes(rssBytes)} MB, expected at most ${megabytes(allowedBytes)} MB`)
  }, TICK_MS).unref()
  void life.gone.then(() => clearInterval(timer))
}

function stallMaxMs(slowestMs: number | undefined, limits: VisionLimits): number {
  if (slowestMs === undefined) return Math.max(limits.stallMaxMs, limits.loadMaxMs)
  return Math.max(limits.stallMaxMs, slowestMs * limits.stallInferences)
}

const megabytes = (bytes: number): number => Math.round(bytes / 2 ** 20)
