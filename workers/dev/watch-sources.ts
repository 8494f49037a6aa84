// Tells when a source has changed: watches the folders of all files that a bundle was made from, which also sees the
// editors that write aside and rename, and a file that was missing. The packages are not watched: they do not change
// while somebody types, and are many.

import { type FSWatcher, watch } from 'node:fs'
import path from 'node:path'

/** Editors write a file in several steps. */
const SETTLE_MS = 100

export class SourceWatch implements Disposable {
  readonly #onChange: () => void
  readonly #watchers = new Map<string, FSWatcher>()
  #timer: NodeJS.Timeout | undefined

  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  /** Beside what is watched already: a source that does not compile names none of its imports. */
  add(files: readonly string[]): void {
    for (const folder of new Set(files.map((file) => path.dirname(file)))) {
      if (this.#watchers.has(folder) || folder.split(path.sep).includes('node_modules')) continue
      const watcher = watch(folder, (_, name) => this.#settle(name))
      // The folder was taken away: what is left of the sources is watched on.
      watcher.on('error', () => watcher.close())
      this.#watchers.set(folder, watcher)
    }
  }

  #settle(name: string | null): void {
    // What tests and tools write beside the source is no change of it.
    if (name !== null && !/\.(m?[jt]sx?|json)$/.test(name)) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#onChange, SETTLE_MS)
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    for (const watcher of this.#watchers.values()) watcher.close()
  }
}
