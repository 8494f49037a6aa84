// Clients that ask all the time. One asks in turns for an image that is to go to the edge and for the local tier alone:
// what the first takes more than the second, a moment later on the same machine, is what a lost edge costs. Others want
// the edge at the same time, so that more than one is caught by its loss; they pause while a millisecond is looked for.

import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'

export interface Asked {
  readonly atMs: number
  readonly tookMs: number
  readonly isLocalOnly: boolean
  /** Null where there was no answer. */
  readonly tier: 'local' | 'edge' | null
  readonly reason: string
}

export interface Pair {
  readonly atMs: number
  readonly edgeMs: number
  readonly localMs: number
}

const OTHERS = 2
/** Leaves the processors half idle, so that requests do not wait for each other. */
const PAUSE_MS = 6

export class Clients implements AsyncDisposable {
  readonly #pool: Pool
  readonly #image: Uint8Array
  readonly #running: Promise<unknown>
  #isOver = false
  isAlone = false
  readonly asked: Asked[] = []
  readonly pairs: Pair[] = []

  constructor(url: string, image: Uint8Array) {
    this.#pool = new Pool(url, { connections: OTHERS + 1 })
    this.#image = image
    this.#running = Promise.all([this.#inTurns(), ...Array.from({ length: OTHERS }, () => this.#other())])
  }

  async #inTurns(): Promise<void> {
    while (!this.#isOver) {
      // By turns also which of them comes first: whatever follows a pause finds colder caches.
      const isLocalFirst = this.pairs.length % 2 === 0
      const one = await this.#ask(isLocalFirst)
      const two = await this.#ask(!isLocalFirst)
      const [local, edge] = isLocalFirst ? [one, two] : [two, one]
      this.pairs.push({ atMs: one.atMs, edgeMs: edge.tookMs, localMs: local.tookMs })
      await sleep(PAUSE_MS)
    }
  }

  async #other(): Promise<void> {
    while (!this.#isOver) {
      if (!this.isAlone) await this.#ask(false)
      await sleep(PAUSE_MS)
    }
  }

  async #ask(isLocalOnly: boolean): Promise<Asked> {
    const asked = await this.#answer(isLocalOnly)
    this.asked.push(asked)
    return asked
  }

  async #answer(isLocalOnly: boolean): Promise<Asked> {
    const atMs = performance.now()
    const path = `/v1/classify?preference=${isLocalOnly ? 'local-only' : 'balanced'}`
    const told = (tier: Asked['tier'], reason: string): Asked => {
      return { atMs, tookMs: performance.now() - atMs, isLocalOnly, tier, reason }
    }
    try {
      const { statusCode, body } = await this.#pool.request({ method: 'POST', path, body: this.#image })
      const text = await body.text()
      if (statusCode !== 200) return told(null, text)
      const { tier, decision } = JSON.parse(text) as { tier: 'local' | 'edge'; decision: { reason: string } }
      return told(tier, decision.reason)
    } catch (error) {
      return told(null, error instanceof Error ? error.message : 'failed')
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true
    await this.#running
    await this.#pool.close()
  }
}
