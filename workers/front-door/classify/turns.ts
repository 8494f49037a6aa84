// Who works when: so many images at once, so many that wait, and beyond that a "not now" while a client can still ask
// somebody else. A batch's images wait in the same line as everybody's, but only two of them at a time: a batch of 32
// delays another client by two images and not by 32.

import { BulkheadRejectedError, bulkhead } from 'cockatiel'
import { RequestRefused } from '../request-refused.ts'

/** Images decoded at a time: 8 of the largest are 600 MB, and one core infers one after the other anyway. */
const RUNNING_MAX = 8
/** Images that wait, as they came: 64 of a usual 2 MB are 128 MB. */
const WAITING_MAX = 64
/** One is decoded while the other is inferred. */
const OF_A_BATCH = 2

export interface TurnsLimits {
  readonly runningMax: number
  readonly waitingMax: number
}

export class Turns {
  readonly #slots: ReturnType<typeof bulkhead>
  readonly #max: number

  constructor(
    { runningMax, waitingMax }: TurnsLimits = { runningMax: RUNNING_MAX, waitingMax: WAITING_MAX },
  ) {
    this.#slots = bulkhead(runningMax, waitingMax)
    this.#max = runningMax + waitingMax
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.#slots.execute(work)
    } catch (error) {
      if (!(error instanceof BulkheadRejectedError)) throw error
      throw new RequestRefused('busy', `Cannot classify: ${this.#max} images are in work, try again soon`)
    }
  }
}

/** The results in the order of `items`; `one` must not reject. */
export async function fewAtATime<T, R>(
  items: readonly T[],
  one: (item: T, i: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const lane = async () => {
    while (next < items.length) {
      const i = next++
      results[i] = await one(items[i]!, i)
    }
  }
  await Promise.all(Array.from({ length: OF_A_BATCH }, lane))
  return results
}
