// What is read from files and read again when they change, so that a renewed certificate or a new key needs no restart.
// A change that cannot be read is told in the log, and what was before stays. By polling: files that are replaced by
// renaming, as all careful programs do it, are lost to inotify.

import { unwatchFile, watchFile } from 'node:fs'
import type { Logger } from 'pino'

const LOOK_EVERY_MS = 5_000
/** From a change until it is read: a file that is written in place is empty for a moment, a pair of files is two. */
const SETTLES_MS = 100

export interface Reread<T> extends Disposable {
  readonly current: T
  onChange(use: (value: T) => void): void
}

/** Throws where the files cannot be read at first. */
export function reread<T>(
  files: readonly string[],
  read: () => T,
  log: Logger,
  everyMs = LOOK_EVERY_MS,
): Reread<T> {
  let current = read()
  const users: ((value: T) => void)[] = []
  let settles: NodeJS.Timeout | undefined
  const again = () => {
    clearTimeout(settles)
    settles = setTimeout(readAgain, SETTLES_MS).unref()
  }
  const readAgain = () => {
    try {
      current = read()
      for (const use of users) use(current)
      log.info({ files }, 'read again')
    } catch (err) {
      log.error({ err, files }, 'cannot be read again, what was before stays')
    }
  }
  for (const file of files) watchFile(file, { interval: everyMs, persistent: false }, again)
  return {
    get current() {
      return current
    },
    onChange: (use) => void users.push(use),
    [Symbol.dispose]() {
      clearTimeout(settles)
      for (const file of files) unwatchFile(file, again)
    },
  }
}
