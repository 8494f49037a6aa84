// One starter at a time. The lock only saves work: a second starter inside would lose the rename in
// create-cluster.ts, or be refused by PostgreSQL's own interlock and adopt the winner's server. So it may err
// towards letting go: a lock whose pid is dead is taken at once, and one whose holder stopped touching it is
// taken too, since a pid alone says nothing after a reboot or from inside another container.
import { closeSync, futimesSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { isAlive } from './postmaster-pid.ts'

const TOUCH_EVERY_MS = 1000
const STALE_AFTER_MS = 10_000 // Ten touches missed: suspended or gone, not merely busy.
const RETRY_EVERY_MS = 50

/** Waits as long as a living holder works: each holder gives up by itself after its own time limit. */
export async function withStartLock<T>(
  file: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const handle = await take(file, signal)
  const touch = setInterval(() => futimesSync(handle, new Date(), new Date()), TOUCH_EVERY_MS)
  try {
    return await work()
  } finally {
    clearInterval(touch)
    closeSync(handle)
    if (holderOf(file) === process.pid) rmSync(file, { force: true })
  }
}

async function take(file: string, signal: AbortSignal | undefined): Promise<number> {
  for (;;) {
    signal?.throwIfAborted()
    try {
      const handle = openSync(file, 'wx', 0o600)
      writeSync(handle, String(process.pid))
      return handle
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
    }
    if (isStale(file)) rmSync(file, { force: true })
    else await pause(RETRY_EVERY_MS)
  }
}

function isStale(file: string): boolean {
  const holder = holderOf(file)
  if (holder !== undefined && holder > 0 && !isAlive(holder)) return true
  const touchedMs = statSync(file, { throwIfNoEntry: false })?.mtimeMs
  return touchedMs !== undefined && Date.now() - touchedMs > STALE_AFTER_MS
}

function holderOf(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8')) // 0 while its maker has not written yet.
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw cause
  }
}
