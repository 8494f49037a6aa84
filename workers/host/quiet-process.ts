// A switch starts a process beside the one that serves. Where it may, that start takes the processor when who
// serves leaves it: a switch then takes a little longer, and clients notice less of it. Not every process may raise its
// priority again (root may, and who has LimitNICE=+0 in its systemd unit); where ours may not, it starts as any other.
// A process that starts again after a death is waited for, and is not quiet. One that ends is.

import { readdirSync } from 'node:fs'
import os from 'node:os'

/**
 * By the kernel's table 15 to 1024. The p99 during 200 switches was 1.48 times that between them, with both cores busy;
 * with fifteen steps, for vision alone and at its start alone, 1.60; with five 1.74. The idle scheduling class is no better.
 */
const STEPS = 19

/** Returns what ends it. */
export function startQuietly(pid: number): () => void {
  try {
    const usual = os.getPriority(pid)
    if (usual + STEPS > os.constants.priority.PRIORITY_LOW) return () => {}
    // Tried with one step, which does no harm where it cannot be taken back.
    os.setPriority(pid, usual + 1)
    os.setPriority(pid, usual)
    os.setPriority(pid, usual + STEPS)
    return () => setAll(pid, usual)
  } catch {
    return () => {}
  }
}

/** For a process that ends: giving memory back takes the kernel milliseconds, and anybody may step down. */
export function endQuietly(pid: number): void {
  try {
    setAll(pid, os.constants.priority.PRIORITY_LOW)
  } catch {
    // It has ended as we looked.
  }
}

/** On Linux priority is a thread's own, and those that began meanwhile have inherited it. */
function setAll(pid: number, priority: number): void {
  for (const thread of threadsOf(pid)) {
    try {
      os.setPriority(thread, priority)
    } catch {
      // It has ended as we looked.
    }
  }
}

/** Where there is no /proc priority is a process's, which has its own number. */
function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number)
  } catch {
    return [pid]
  }
}
