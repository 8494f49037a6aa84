// Sends one image to the edge and never makes the client wait long for a "no": connection and answer have
// deadlines, and after a few failures in a row the circuit breaker answers at once, probing every two seconds.
// Whatever goes wrong is an answer with its reason; the caller then answers locally.

import { BrokenCircuitError, CircuitState, ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel'
import { Pool } from 'undici'
import { ClassifyAnswer } from '#contract/classify.ts'
import type { Deployment } from '#contract/deployment.ts'
import type { EdgeResult } from '#contract/function-bindings.ts'
import type { EdgePort } from '../host/bindings-server.ts'
import { connectWithin } from './connect-within.ts'
import { DEPLOYMENT_HEADER } from './deployment-header.ts'
import type { ServedImage } from './request-context.ts'

const BREAKER_FAILURES = 3
const BREAKER_PROBE_MS = 2_000
const CONNECTIONS = 8
/** Node closes idle connections after 5 s; whoever sends must let go first. */
const KEEP_ALIVE_MS = 3_000
/** An honest answer has five labels: under 2 KB. */
const ANSWER_MAX_BYTES = 64 * 1024

export interface EdgeTarget {
  readonly url: string
  readonly connectMs: number
}

export class Offload implements AsyncDisposable {
  #target: EdgeTarget | undefined
  #pool: Pool | undefined
  #breaker = newBreaker()

  /** Where the edge halves of this device's deployments run; undefined: nowhere. */
  retarget(target: EdgeTarget | undefined): void {
    const old = this.#pool
    const isSame = target?.url === this.#target?.url && target?.connectMs === this.#target?.connectMs
    this.#target = target
    if (isSame) return
    this.#breaker = newBreaker()
    this.#pool = target
      ? new Pool(new URL(target.url).origin, {
          connections: CONNECTIONS,
          keepAliveTimeout: KEEP_ALIVE_MS,
          maxResponseSize: ANSWER_MAX_BYTES,
          connect: connectWithin(target.connectMs),
        })
      : undefined
    // Not awaited: an edge that is silent would hold up the switch until its deadline.
    void old?.close().catch(() => undefined)
  }

  /** A port that asks for this deployment's edge half alone, also while a newer one serves: pairs never mix. */
  portFor(deployment: Pick<Deployment, 'id' | 'policy'>): EdgePort {
    return { offload: (image, topK) => this.#offload(image, topK, deployment) }
  }

  async #offload(
    image: ServedImage,
    topK: number,
    deployment: Pick<Deployment, 'id' | 'policy'>,
  ): Promise<EdgeResult> {
    const start = performance.now()
    const ms = () => performance.now() - start
    const pool = this.#pool
    if (!pool) return { ok: false, reason: 'edge-error', message: 'no edge device is known', ms: ms() }
    // While a probe is on its way, cockatiel would let everybody wait for how it ends.
    if (this.#breaker.state === CircuitState.HalfOpen) return { ok: false, ...BREAKER_OPEN, ms: ms() }
    try {
      const answer = await this.#breaker.execute(() =>
        askEdge(pool, deployment, { bytes: image.bytes, topK }),
      )
      return { ok: true, model: answer.model, labels: answer.labels, ms: ms() }
    } catch (error) {
      return { ok: false, ...explain(error), ms: ms() }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool?.destroy()
  }
}

const newBreaker = () =>
  circuitBreaker(handleAll, {
    halfOpenAfter: BREAKER_PROBE_MS,
    breaker: new ConsecutiveBreaker(BREAKER_FAILURES),
  })

async function askEdge(
  pool: Pool,
  deployment: Pick<Deployment, 'id' | 'policy'>,
  call: { bytes: Uint8Array; topK: number },
) {
  const response = await pool.request({
    method: 'POST',
    path: `/v1/classify?topK=${call.topK}`,
    headers: { 'content-type': 'application/octet-stream', [DEPLOYMENT_HEADER]: deployment.id },
    body: call.bytes,
    signal: AbortSignal.timeout(deployment.policy.edgeDeadlineMs),
  })
  if (response.statusCode !== 200) {
    await response.body.dump()
    throw new Error(`the edge answered with status ${response.statusCode}`)
  }
  const text = await response.body.text()
  try {
    return ClassifyAnswer.parse(JSON.parse(text))
  } catch (cause) {
    throw new Error('the edge answered with something that is not an answer', { cause })
  }
}

const BREAKER_OPEN = { reason: 'breaker-open', message: 'the edge failed just before' } as const

function explain(error: unknown): { reason: 'breaker-open' | 'deadline' | 'edge-error'; message: string } {
  if (error instanceof BrokenCircuitError) return BREAKER_OPEN
  const { name, message } = error instanceof Error ? error : { name: '', message: 'the edge failed' }
  if (name === 'TimeoutError') return { reason: 'deadline', message: 'the edge did not answer in time' }
  if (name === 'ResponseExceededMaxSizeError')
    return { reason: 'edge-error', message: 'the edge answered with something that is too long' }
  return { reason: 'edge-error', message }
}
