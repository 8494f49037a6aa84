// Artifacts on their way, each in a file under the digest that it will have (partial-artifact.ts). One at a time of
// each digest: two would write into one file.

import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { type ArtifactRef, Digest } from '#contract/digest.ts'
import { remove } from '../durable-files.ts'
import { PartialArtifact } from '../partial-artifact.ts'
import { noneIfMissing, removeOld, undefinedIfMissing } from './remove-old.ts'

/** A download that nobody has gone on with for this long is not wanted any more. */
const PARTIAL_AGE_MAX_MS = 7 * 24 * 3_600_000

export interface ResumeSteps {
  readonly isHere: () => Promise<boolean>
  readonly fill: (partial: PartialArtifact) => Promise<void>
  /** Takes the file, whole, verified and synced, into the store. */
  readonly adopt: (file: string) => Promise<void>
}

export class PartialFolder {
  readonly #folder: string
  readonly #turns = new Map<string, Promise<unknown>>()
  constructor(folder: string) {
    this.#folder = folder
  }

  resume(ref: ArtifactRef, steps: ResumeSteps): Promise<void> {
    const before = this.#turns.get(ref.digest) ?? Promise.resolve()
    const turn = before.catch(() => undefined).then(() => this.#resume(ref, steps))
    this.#turns.set(ref.digest, turn)
    const end = () => {
      if (this.#turns.get(ref.digest) === turn) this.#turns.delete(ref.digest)
    }
    turn.then(end, end)
    return turn
  }

  async #resume(ref: ArtifactRef, { isHere, fill, adopt }: ResumeSteps): Promise<void> {
    if (await isHere()) return
    const partial = await PartialArtifact.open(this.#path(ref.digest), ref)
    try {
      await fill(partial)
      partial.verify()
      await partial.sync()
      await adopt(partial.file)
    } finally {
      await partial.close()
    }
  }

  #path(digest: string): string {
    return path.join(this.#folder, Digest.parse(digest).slice('sha256:'.length))
  }

  /** How much of one has come already. */
  async sizeBytes(digest: string): Promise<number> {
    return (await stat(this.#path(digest)).catch(undefinedIfMissing))?.size ?? 0
  }

  /** All, but for those of `keep`. */
  async removeAll(keep: ReadonlySet<string>): Promise<void> {
    for (const hex of await readdir(this.#folder).catch(noneIfMissing))
      if (!keep.has(`sha256:${hex}`)) await remove(path.join(this.#folder, hex))
  }

  removeOld(): Promise<void> {
    return removeOld(this.#folder, PARTIAL_AGE_MAX_MS)
  }
}
