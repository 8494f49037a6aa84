// One edge as this device knows it: its connections, what is under way there, how long it took lately, and whether it is
// to be left alone. An attempt lasts as long as this edge may take, however soon the client stops waiting for it: else
// a client in a hurry would cut off what shows that the edge is gone, or that it has only become slower.

import { CLOSED, failed, isClosed, isProbeDue, probing, succeeded } from '#core/offload/breaker.ts'
import { attemptMs, ROUND_TRIPS_MAX, usualMs } from '#core/offload/patience.ts'
import type { ServedImage } from '../request-context.ts'
import {
  type EdgeAnswer,
  type EdgeCall,
  type EdgeClient,
  EdgeRefused,
  type EdgeTarget,
} from './edge-client.ts'
import { afterOwnTime } from './own-time.ts'

/** However long a rest an edge asks for: it may be well again, or another process. */
const REST_MAX_MS = 4_000
/** A failure that took longer kept its client waiting, as a host does that swallows packets. */
const LATE_MS = 100
/** A probe waits longer than a client does, since the edge may have become slower. */
const PROBE_MIN_MS = 2_000

/** An attempt that took longer than this edge's answers do. */
export class EdgeLate extends Error {
  override readonly name = 'EdgeLate'
}

/** Its deadline is the policy's; the call gets what this edge may take of it. */
export type EdgeQuestion = Omit<EdgeCall, 'signal' | 'onSent'>

interface Attempt {
  readonly limitMs: number
  readonly isProbe: boolean
  readonly onSent?: (() => void) | undefined
}

export class Edge implements AsyncDisposable {
  readonly target: EdgeTarget
  readonly #client: EdgeClient
  readonly #underWay = new Set<AbortController>()
  #breaker = CLOSED
  #roundTripsMs: number[] = []
  #restUntilMs = 0

  constructor(target: EdgeTarget, client: EdgeClient) {
    this.target = target
    this.#client = client
  }

  get outstanding(): number {
    return this.#underWay.size
  }

  /** Neither left alone after failures, nor by its own wish. */
  get isReady(): boolean {
    return isClosed(this.#breaker) && performance.now() >= this.#restUntilMs
  }

  get isProbeDue(): boolean {
    return isProbeDue(this.#breaker, performance.now())
  }

  /** The latest ones. */
  get roundTripsMs(): readonly number[] {
    return this.#roundTripsMs
  }

  /** How long an attempt may take here, at most `deadlineMs`. */
  patienceMs(deadlineMs: number): number {
    return attemptMs(this.#roundTripsMs, deadlineMs)
  }

  /** For whoever watches the device. */
  get health() {
    const { outstanding, isReady } = this
    return { url: this.target.url, outstanding, isReady, usualMs: usualMs(this.#roundTripsMs) }
  }

  /** Rejects with `EdgeLate`, `EdgeRefused`, or whatever the connection died of. */
  ask(image: ServedImage, question: EdgeQuestion, onSent?: () => void): Promise<EdgeAnswer> {
    return this.#attempt(image, question, {
      limitMs: this.patienceMs(question.deadlineMs),
      isProbe: false,
      onSent,
    })
  }

  /** Where one is due; how it went is the breaker's to know, and nobody waits for it. */
  async probe(image: ServedImage, question: EdgeQuestion): Promise<void> {
    const { deadlineMs } = question
    const usualLimitMs = Math.max(PROBE_MIN_MS, this.patienceMs(deadlineMs))
    const limitMs = this.#roundTripsMs.length > 0 ? Math.min(deadlineMs, usualLimitMs) : deadlineMs
    this.#breaker = probing(this.#breaker)
    await this.#attempt(image, question, { limitMs, isProbe: true }).catch(() => undefined)
  }

  async #attempt(image: ServedImage, question: EdgeQuestion, attempt: Attempt): Promise<EdgeAnswer> {
    const start = performance.now()
    const ending = new AbortController()
    const late = new EdgeLate('the edge did not answer in time')
    const deadlineMs = attempt.limitMs
    const timer = afterOwnTime(deadlineMs, deadlineMs, () => ending.abort(late))
    this.#underWay.add(ending)
    try {
      const { signal } = ending
      const { onSent } = attempt
      const answer = await this.#client.classify(image, { ...question, deadlineMs, signal, onSent })
      this.#roundTripsMs = [...this.#roundTripsMs, performance.now() - start].slice(-ROUND_TRIPS_MAX)
      this.#breaker = succeeded()
      return answer
    } catch (cause) {
      const error: unknown = ending.signal.aborted ? ending.signal.reason : cause
      this.#learnFrom(error, attempt, performance.now() - start)
      throw error
    } finally {
      timer.cancel()
      this.#underWay.delete(ending)
    }
  }

  #learnFrom(error: unknown, { isProbe }: Attempt, tookMs: number): void {
    const nowMs = performance.now()
    if (error instanceof EdgeRefused && error.code === 'unsent') {
      // A probe that never left has found nothing out: another one is due as after a failure.
      if (isProbe) this.#breaker = failed(this.#breaker, { nowMs, isLate: false, isProbe })
      return
    }
    if (error instanceof EdgeRefused && error.code !== 'failed') {
      // Well, but busy, or this image is none for it: for a probe that is an answer.
      if (isProbe) this.#breaker = succeeded()
      this.#restUntilMs = Math.max(this.#restUntilMs, nowMs + Math.min(REST_MAX_MS, error.restMs))
      return
    }
    const isLate = error instanceof EdgeLate || tookMs > LATE_MS
    this.#breaker = failed(this.#breaker, { nowMs, isLate, isProbe })
  }

  /** Lets what is under way end. */
  async retire(): Promise<void> {
    await this.#client[Symbol.asyncDispose]()
  }

  /** Cuts what is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const ending of this.#underWay) ending.abort(new EdgeRefused('failed', 'this device stops'))
    await this.retire()
  }
}
