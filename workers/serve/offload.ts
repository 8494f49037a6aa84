// Sends one image to the edge and never makes the client wait long for a "no": connection and answer have
// deadlines, and after a few failures in a row the circuit breaker answers at once, probing every two seconds.
// Whatever goes wrong is an answer with its reason; the caller then answers locally.

import { BrokenCircuitError, ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel'
import { Pool } from 'undici'
import { ClassifyAnswer } from '#contract/classify.ts'
import type { Policy } from '#contract/deployment.ts'
import type { EdgeResult } from '#contract/function-bindings.ts'
import type { ImageEntry } from '#vision/image-entry.ts'
import type { EdgePort } from '../host/bindings-server.ts'
import { DEPLOYMENT_HEADER } from './deployment-header.ts'

const BREAKER_FAILURES = 3
const BREAKER_PROBE_MS = 2_000
const CONNECTIONS = 8
/** Node closes idle connections after 5 s; whoever sends must let go first. */
const KEEP_ALIVE_MS = 3_000

export interface EdgeTarget {
  readonly url: string
  readonly deploymentId: string
  readonly policy: Policy
}

export class Offload implements EdgePort, AsyncDisposable {
  #target: EdgeTarget | undefined
  #pool: Pool | undefined
  #breaker = newBreaker()

  /** Where the serving deployment's edge half is; undefined: nowhere. */
  async retarget(target: EdgeTarget | undefined): Promise<void> {
    const old = this.#pool
    const isSame =
      target?.url === this.#target?.url && target?.policy.edgeConnectMs === this.#target?.policy.edgeConnectMs
    this.#target = target
    if (isSame) return
    this.#breaker = newBreaker()
    this.#pool = target
      ? new Pool(new URL(target.url).origin, {
          connections: CONNECTIONS,
          keepAliveTimeout: KEEP_ALIVE_MS,
          connect: { timeout: target.policy.edgeConnectMs },
        })
      : undefined
    await old?.close()
  }

  async offload(image: ImageEntry, topK: number): Promise<EdgeResult> {
    const start = performance.now()
    const ms = () => performance.now() - start
    const target = this.#target
    const pool = this.#pool
    if (!target || !pool)
      return { ok: false, reason: 'edge-error', message: 'no edge device is known', ms: ms() }
    try {
      const answer = await this.#breaker.execute(() => askEdge(pool, target, { bytes: image.bytes, topK }))
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

async function askEdge(pool: Pool, target: EdgeTarget, call: { bytes: Uint8Array; topK: number }) {
  const response = await pool.request({
    method: 'POST',
    path: `/v1/classify?topK=${call.topK}`,
    headers: { 'content-type': 'application/octet-stream', [DEPLOYMENT_HEADER]: target.deploymentId },
    body: call.bytes,
    signal: AbortSignal.timeout(target.policy.edgeDeadlineMs),
  })
  if (response.statusCode !== 200) {
    await response.body.dump()
    throw new Error(`the edge answered with status ${response.statusCode}`)
  }
  return ClassifyAnswer.parse(await response.body.json())
}

function explain(error: unknown): { reason: 'breaker-open' | 'deadline' | 'edge-error'; message: string } {
  if (error instanceof BrokenCircuitError)
    return { reason: 'breaker-open', message: 'the edge failed just before' }
  const name = error instanceof Error ? error.name : ''
  if (name === 'TimeoutError') return { reason: 'deadline', message: 'the edge did not answer in time' }
  return { reason: 'edge-error', message: error instanceof Error ? error.message : 'the edge failed' }
}
