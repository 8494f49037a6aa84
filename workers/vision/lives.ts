// The lives of a vision process, one after the other: the first one is asked for, each next one follows a death by
// itself. A life that ran is followed at once; one that does not start is tried again with back-off, and after some
// failures the generation is told that its vision is given up, once.

import { setTimeout as delay } from 'node:timers/promises'
import type { ModelInfo } from '#vision/onnx-model.ts'
import type { BatchChoice } from '#vision/session/choose-batch.ts'
import { within } from '../host/within.ts'
import { type LifeSpec, VisionLife } from './vision-life.ts'

export type VisionEvent =
  | { readonly kind: 'died'; readonly reason: string }
  | { readonly kind: 'restarted'; readonly deaths: number; readonly ms: number }
  | { readonly kind: 'restart-failed'; readonly failures: number; readonly error: unknown }
  /** Given up: at most once in a generation. */
  | { readonly kind: 'failed'; readonly reason: string }

/** Nobody could be asked: the process does not come back. */
export class VisionDown extends Error {
  override readonly name = 'VisionDown'
}

type Spec = Omit<LifeSpec, 'pace' | 'onDeath'>

export class Lives implements AsyncDisposable {
  readonly #spec: LifeSpec
  readonly #onEvent: (event: VisionEvent) => void
  readonly #stop = new AbortController()
  #current: VisionLife | undefined
  #coming: Promise<VisionLife>
  #deaths = 0
  #lastReason: string | undefined
  #hasFailed = false

  private constructor(spec: Spec, onEvent: (event: VisionEvent) => void) {
    this.#onEvent = onEvent
    this.#spec = {
      ...spec,
      pace: { slowestMs: undefined, batch: undefined },
      onDeath: (reason) => this.#mourn(reason),
    }
    this.#coming = Promise.reject(new VisionDown('has not begun'))
    this.#coming.catch(() => undefined)
  }

  /** Rejects as the first start does, and leaves nothing behind then. */
  static async begin(
    spec: Spec,
    onEvent: (event: VisionEvent) => void,
  ): Promise<{ lives: Lives; info: ModelInfo | undefined }> {
    const lives = new Lives(spec, onEvent)
    const { life, info } = await VisionLife.start(lives.#spec, { isQuiet: true })
    lives.#current = life
    lives.#coming = Promise.resolve(life)
    return { lives, info }
  }

  get deaths(): number {
    return this.#deaths
  }

  get lastReason(): string | undefined {
    return this.#lastReason
  }

  /** As the first one has measured it; the others need not. */
  get batch(): BatchChoice | undefined {
    return this.#spec.pace.batch
  }

  get current(): VisionLife | undefined {
    return this.#current
  }

  get process(): { readonly pid: number | undefined; readonly rssBytes: number | undefined } {
    const { pid, rssBytes } = this.#current ?? { pid: undefined, rssBytes: undefined }
    return { pid, rssBytes }
  }

  /** The one that lives, or the next. Rejects with `VisionDown` where none comes in time. */
  async next(): Promise<VisionLife> {
    const { waitMaxMs } = this.#spec.limits
    for (;;) {
      // A life that was disposed of brings no next one: asked again and again it would never let go of the thread.
      if (this.#stop.signal.aborted) throw stopped()
      const life = await within(this.#coming, waitMaxMs)
      if (!life)
        throw new VisionDown(
          `Cannot look at image: vision has not come back in ${waitMaxMs} ms, expected it to`,
        )
      if (life.isAlive) return life
      // Killed, and on its way out: its death brings the next one.
      await life.gone
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#current?.[Symbol.asyncDispose]()
    await this.#coming.then((life) => life[Symbol.asyncDispose]()).catch(() => undefined)
  }

  #mourn(reason: string): void {
    this.#deaths++
    this.#lastReason = reason
    this.#current = undefined
    this.#onEvent({ kind: 'died', reason })
    this.#coming = this.#startAgain()
    this.#coming.catch(() => undefined)
  }

  async #startAgain(): Promise<VisionLife> {
    const { backoffFirstMs, backoffMaxMs, failuresMax } = this.#spec.limits
    const began = performance.now()
    for (let failures = 0; ; ) {
      if (failures > 0) await this.#pause(Math.min(backoffMaxMs, backoffFirstMs * 2 ** (failures - 1)))
      if (this.#stop.signal.aborted) throw stopped()
      try {
        const { life } = await VisionLife.start(this.#spec)
        this.#current = life
        this.#onEvent({ kind: 'restarted', deaths: this.#deaths, ms: performance.now() - began })
        return life
      } catch (error) {
        failures++
        this.#onEvent({ kind: 'restart-failed', failures, error })
        if (failures === failuresMax) this.#giveUp(error)
      }
    }
  }

  #giveUp(error: unknown): void {
    if (this.#hasFailed) return
    this.#hasFailed = true
    const why = error instanceof Error ? error.message : 'it threw no error'
    this.#onEvent({ kind: 'failed', reason: `vision does not start again: ${why}` })
  }

  /** Resolves early when stopped. */
  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined)
  }
}

const stopped = () => new VisionDown('Cannot look at image: the generation is stopped')
