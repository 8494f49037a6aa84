// Clients that ask all the time, half of them for the local tier alone: what the others wait more than those, in the
// same seconds on the same machine, is what a lost edge costs.

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

/** Leaves the processors half idle, so that requests do not wait for each other. */
const PAUSE_MS = 4

export class Clients implements AsyncDisposable {
  readonly #pool: Pool
  readonly #image: Uint8Array
  readonly #running: Promise<unknown>
  #isOver = false
  readonly asked: Asked[] = []

  constructor(url: string, image: Uint8Array) {
    this.#pool = new Pool(url, { connections: 4 })
    this.#image = image
    this.#running = Promise.all([this.#client(false), this.#client(true)])
  }

  /** Those that began in this time. */
  between(fromMs: number, toMs: number): Asked[] {
    return this.asked.filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
  }

  async #client(isLocalOnly: boolean): Promise<void> {
    while (!this.#isOver) {
      this.asked.push(await this.#ask(isLocalOnly))
      await sleep(PAUSE_MS)
    }
  }

  async #ask(isLocalOnly: boolean): Promise<Asked> {
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
