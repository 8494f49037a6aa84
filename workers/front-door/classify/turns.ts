// Who works when: so many images at once, so many that wait, and beyond that a "not now" while a client can still ask
// somebody else. A batch's images wait in the same line as everybody's, but only two of them at a time: a batch of 32
// delays another client by two images and not by 32. Who has said how long it waits is told "too late" as soon as that
// is certain: when it comes, by the pace of the line, or at its deadline at the latest, and never has its turn then.

import { BulkheadRejectedError, bulkhead } from 'cockatiel'
import { RequestRefused } from '../request-refused.ts'
import { LinePace } from './line-pace.ts'

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
  readonly #pace = new LinePace()

  constructor(
    { runningMax, waitingMax }: TurnsLimits = { runningMax: RUNNING_MAX, waitingMax: WAITING_MAX },
  ) {
    this.#slots = bulkhead(runningMax, waitingMax)
    this.#max = runningMax + waitingMax
  }

  /** `expiresAtMs`, on the clock of `performance.now()`: when who asks will have left. */
  async take<T>(work: () => Promise<T>, expiresAtMs = Number.POSITIVE_INFINITY): Promise<T> {
    const nowMs = performance.now()
    const leftMs = expiresAtMs - nowMs
    const expectedMs = this.#pace.expectedMs(nowMs)
    if (expectedMs > leftMs)
      throw late(
        `it would take ${Math.round(expectedMs)} ms with ${this.#pace.inLine} before it, expected ` +
          `${Math.round(leftMs)} ms at most`,
      )
    this.#pace.enter(nowMs)
    const patience = startPatience(leftMs, () => this.#pace.drop())
    const turn = this.#slots.execute(async () => {
      patience.end()
      try {
        if (patience.isOver || performance.now() > expiresAtMs) throw late(TOO_LATE)
        return await work()
      } finally {
        if (!patience.isOver) this.#pace.leave(performance.now())
      }
    })
    try {
      return await Promise.race([turn, patience.over])
    } catch (error) {
      if (!(error instanceof BulkheadRejectedError)) throw error
      patience.end()
      this.#pace.drop()
      throw new RequestRefused('busy', `Cannot classify: ${this.#max} images are in work, try again soon`)
    } finally {
      // Its place in the line is still to come, and nobody hears of it.
      turn.catch(() => undefined)
    }
  }
}

interface Patience {
  readonly isOver: boolean
  /** Only ever rejects. */
  readonly over: Promise<never>
  end(): void
}

function startPatience(ms: number, onOver: () => void): Patience {
  let [isOver, timer]: [boolean, NodeJS.Timeout | undefined] = [false, undefined]
  const over = new Promise<never>((_, reject) => {
    if (ms === Number.POSITIVE_INFINITY) return
    timer = setTimeout(() => {
      isOver = true
      onOver()
      reject(late(TOO_LATE))
    }, Math.ceil(ms))
  })
  over.catch(() => undefined)
  return {
    get isOver() {
      return isOver
    },
    over,
    end: () => clearTimeout(timer),
  }
}

const TOO_LATE = 'its deadline has passed while others had their turn'

const late = (why: string): RequestRefused => new RequestRefused('late', `Cannot classify in time: ${why}`)

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
