// A device's way to the edges on real sockets, with an edge that behaves as it is told; more of them are made by tests.

import { expect } from 'vitest'
import type { FunctionAnswer } from '#contract/classify.ts'
import type { DecisionReason, Preference } from '#contract/decision.ts'
import type { Policy } from '#contract/deployment.ts'
import { until } from '#test/harness/until.ts'
import type { OffloadOptions } from '#workers/host/bindings-server.ts'
import { Offload } from '#workers/serve/offload/offload.ts'
import type { ServedImage } from '#workers/serve/request-context.ts'
import { EdgeServer } from '../edge-server.ts'
import { edgeModelRef } from './edge-model-ref.ts'

/** Of an edge that is well: also a busy machine keeps it. */
export const PATIENT_MS = 10_000
export const CONNECT_MS = 5_000

export interface Ask extends OffloadOptions {
  readonly deploymentId?: string
  readonly policy?: Partial<Policy>
  readonly preference?: Preference
  /** From now. */
  readonly deadlineMs?: number
  readonly image?: string
  /** What a local inference took before. */
  readonly localMs?: number
}

/** The answer of a local inference that took so long. */
export const answerOf = (localMs: number, reason: DecisionReason = 'routed'): FunctionAnswer => ({
  labels: [{ index: 0, name: 'red', score: 1 }],
  tier: 'local',
  model: 'light',
  decision: { router: 'forest', version: 1, score: null, threshold: null, reason },
  timingsMs: { local: localMs },
})

export function makeRig() {
  const edge = new EdgeServer()
  const offload = new Offload({ activeWatts: 2 })
  const portOf = (deploymentId = 'dep-1', policy: Partial<Policy> = {}) =>
    offload.portFor({
      id: deploymentId,
      edge: edgeModelRef,
      policy: { edgeDeadlineMs: PATIENT_MS, edgeConnectMs: CONNECT_MS, ...policy },
    })
  const ask = async ({
    deploymentId,
    policy,
    preference,
    deadlineMs,
    image,
    localMs,
    ...options
  }: Ask = {}) => {
    const start = performance.now()
    const deadlineAtMs = deadlineMs === undefined ? undefined : start + deadlineMs
    const context = { requestId: 'request-1', preference: preference ?? 'balanced', deadlineAtMs } as const
    const served: ServedImage = { bytes: Buffer.from(image ?? 'an image that nobody decodes here'), context }
    const port = portOf(deploymentId, policy)
    if (localMs !== undefined) port.answered(served, answerOf(localMs))
    let uploads = 0
    const onSent = () => void uploads++
    const result = await port.offload(served, 1, { onSent, ...options })
    const tookMs = performance.now() - start
    return { result, tookMs, uploads, reason: result.ok ? 'ok' : result.reason }
  }
  return {
    edge,
    offload,
    portOf,
    ask,
    aim: (...urls: string[]) => offload.retarget(urls.map((url) => ({ url, connectMs: CONNECT_MS }))),
    /** By failures that are quick. */
    async openBreaker() {
      const reasons: string[] = []
      while (reasons.at(-1) !== 'breaker-open' && reasons.length < 4) reasons.push((await ask()).reason)
      expect(reasons.at(-1)).toBe('breaker-open')
    },
    recovers: () => until('the breaker closes', async () => (await ask()).result.ok, 5_000),
    async [Symbol.asyncDispose]() {
      await offload[Symbol.asyncDispose]()
      await edge[Symbol.asyncDispose]()
    },
  }
}
