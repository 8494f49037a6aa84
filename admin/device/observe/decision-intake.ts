// Decisions of many devices on their way into the database: what comes in while a transaction is under way goes with the
// next one, so that a busy control plane pays for one commit, and one COPY, where it would for fifty. Nobody waits for
// company. A device is told what is stored after the commit that stored it, and its sending again is harmless.
//
// One whose rows PostgreSQL refuses takes nobody along: each upload is then stored by itself, and only its own device is
// told no.

import type { Db } from '#db/db.ts'
import { pgFailure } from '#db/db.ts'
import { type DecisionUpload, storeDecisions } from '#db/queries/observe/store-decisions.ts'

interface Waiting {
  readonly upload: DecisionUpload
  readonly resolve: (upTo: number) => void
  readonly reject: (cause: unknown) => void
}

/** Some 20,000 rows, a tenth of a second: more only keeps marks locked for longer. */
const UPLOADS_MAX = 20

/** Of values: a character, a number or a size that a table does not take. All else would fail again. */
const isOfData = (cause: unknown): boolean => /^(22|23|54)/.test(pgFailure(cause)?.code ?? '')

export class DecisionIntake {
  readonly #db: Db
  #waiting: Waiting[] = []
  #isUnderWay = false

  constructor(db: Db) {
    this.#db = db
  }

  /** The number up to which all of the device is stored. */
  take(upload: DecisionUpload): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ upload, resolve, reject })
      if (!this.#isUnderWay) void this.#run()
    })
  }

  async #run(): Promise<void> {
    this.#isUnderWay = true
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, UPLOADS_MAX)
      this.#waiting = this.#waiting.slice(UPLOADS_MAX)
      const cause = await this.#store(batch)
      if (cause === undefined) continue
      if (batch.length === 1 || !isOfData(cause)) for (const { reject } of batch) reject(cause)
      else
        for (const one of batch) {
          const own = await this.#store([one])
          if (own !== undefined) one.reject(own)
        }
    }
    this.#isUnderWay = false
  }

  /** Why it failed; then nothing was stored and nobody was answered. */
  async #store(batch: readonly Waiting[]): Promise<unknown> {
    try {
      const stored = await storeDecisions(
        this.#db,
        batch.map(({ upload }) => upload),
      )
      for (const { upload, resolve } of batch) resolve(stored.get(upload.deviceId)!)
      return undefined
    } catch (cause) {
      return cause
    }
  }
}
