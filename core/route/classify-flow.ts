// How one request is answered (the paper's task scheduling): at the edge directly; on the local device by the
// client's preference or by the router, which looks at the image before local inference or at the local
// answer after it. Every way ends in an answer: an edge that refuses or is gone costs the local inference,
// never the request. Pure but for its three ports, and bundled into the classify function, so it imports
// types only. It has no clock: timings are what the ports report, `local` and `edge` by the tier that
// answered (on the local device `edge` is the whole round trip). A deadline is the edge port's: it answers `deadline`
// when waiting is over, and where a local answer will then be wanted the host has begun it meanwhile, so that `infer`
// is short. Preferences that name a tier are followed before any router is asked (prefer-tier.ts).

import type { FunctionAnswer } from '#contract/classify.ts'
import type { Decision } from '#contract/decision.ts'
import type { EdgeResult, FunctionRequest, InferResult } from '#contract/function-bindings.ts'
import type { RouterDocument } from '#contract/router.ts'
import type { Tier } from '#contract/tier.ts'
import { preferTier } from './prefer-tier.ts'
import { type RoutePorts, routeImage, type SeenFeatures } from './route-image.ts'

export interface ClassifyPorts extends RoutePorts {
  offload(topK: number): Promise<EdgeResult>
}

export interface ClassifyDeployment {
  tier: Tier
  routerVersion: number
  router: RouterDocument
}

interface Choice {
  toEdge: boolean
  decision: Decision
  /** What was measured on the way to the choice. */
  timingsMs: Record<string, number>
  /** The local answer, where choosing needed it. */
  local?: InferResult
  seen?: SeenFeatures
}

export async function classifyFlow(
  ports: ClassifyPorts,
  deployment: ClassifyDeployment,
  request: FunctionRequest,
): Promise<FunctionAnswer> {
  const choice = await choose(ports, deployment, request)
  let { decision, timingsMs } = choice
  const explained = request.explain === 'features' && choice.seen ? told(choice.seen) : {}
  const edgeRefuses = request.expected?.edgeRefuses
  if (choice.toEdge && edgeRefuses) decision = { ...decision, reason: edgeRefuses }
  else if (choice.toEdge) {
    const edge = await offloadSafely(ports, request.topK)
    timingsMs = { ...timingsMs, edge: edge.ms }
    if (edge.ok) {
      if (edge.localMs !== undefined) timingsMs = { local: edge.localMs, ...timingsMs }
      return { labels: edge.labels, tier: 'edge', model: edge.model, decision, timingsMs, ...explained }
    }
    decision = { ...decision, reason: edge.reason }
  }
  const here = choice.local ?? (await ports.infer(request.topK))
  timingsMs = { ...timingsMs, [deployment.tier]: here.ms }
  // A router may have asked for more labels than the client did.
  const labels = here.labels.slice(0, request.topK)
  return { labels, tier: deployment.tier, model: here.model, decision, timingsMs, ...explained }
}

const told = ({ names, values }: SeenFeatures) => ({
  features: names.map((name, i) => ({ name, value: values[i]! })),
})

async function choose(
  ports: ClassifyPorts,
  deployment: ClassifyDeployment,
  request: FunctionRequest,
): Promise<Choice> {
  const undecided = { router: 'none', version: deployment.routerVersion, score: null, threshold: null }
  if (deployment.tier === 'edge')
    return { toEdge: false, decision: { ...undecided, reason: 'direct' }, timingsMs: {} }
  const preferred = preferTier(request.preference, request.expected)
  if (preferred)
    return {
      toEdge: preferred === 'edge',
      decision: { ...undecided, reason: 'preference' },
      timingsMs: {},
    }
  const { score, threshold, ...way } = await routeImage(ports, deployment.router, request)
  const decision = {
    ...undecided,
    router: deployment.router.kind,
    score,
    threshold,
    reason: 'routed' as const,
  }
  return { ...way, decision }
}

/** A port that throws is an edge that is gone: the same answer as one that refuses. */
async function offloadSafely(ports: ClassifyPorts, topK: number): Promise<EdgeResult> {
  try {
    return await ports.offload(topK)
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : 'the edge port failed'
    return { ok: false, reason: 'edge-error', message, ms: 0 }
  }
}
