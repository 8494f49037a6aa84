// What each router kind looks at before it decides: nothing, the image's features, the local answer, or more
// than one of these. What was measured and inferred on the way is handed on, so that no work is done twice. The
// score and threshold are those of the stage that decided, so that a logged decision can be replayed.

import type { FeatureName } from '#contract/features.ts'
import type { FeaturesResult, FunctionRequest, InferResult } from '#contract/function-bindings.ts'
import type { HybridRouter, RouterDocument, TwoStageRouter } from '#contract/router.ts'
import { type AnswerRouter, answerScore } from './answer-score.ts'
import { confidenceFeatures } from './confidence-features.ts'
import { forestScore, type ScaledForest } from './forest-score.ts'
import { decide } from './score.ts'

export interface RoutePorts {
  features(names: readonly FeatureName[]): Promise<FeaturesResult>
  infer(topK: number): Promise<InferResult>
}

export interface SeenFeatures {
  names: readonly FeatureName[]
  values: readonly number[]
}

export interface Routed {
  toEdge: boolean
  /** Null for a router that has none. */
  score: number | null
  threshold: number
  timingsMs: Record<string, number>
  /** The features that the router looked at, where it did. */
  seen?: SeenFeatures
  /** The local answer, where the router looked at it; may have more labels than the request asks for. */
  local?: InferResult
}

/** The most that InferCall may ask for, and what the entropy is taken over. */
const LABELS_MAX = 5

export async function routeImage(
  ports: RoutePorts,
  router: RouterDocument,
  { topK, lot }: Pick<FunctionRequest, 'topK' | 'lot'>,
): Promise<Routed> {
  const { threshold } = router
  switch (router.kind) {
    case 'always-local':
      return { toEdge: false, score: null, threshold, timingsMs: {} }
    case 'always-edge':
      return { toEdge: true, score: null, threshold, timingsMs: {} }
    case 'random':
      return { ...settle(lot, threshold), timingsMs: {} }
    case 'forest':
      return routeByForest(ports, router, threshold)
    case 'confidence':
      // The best class is all that this score needs, so the client's own topK, at least 1, is enough.
      return routeByAnswer(ports, router, topK)
    case 'margin':
    case 'entropy':
    case 'logistic':
      return routeByAnswer(ports, router, LABELS_MAX)
    case 'hybrid':
      return routeByBoth(ports, router)
    case 'two-stage':
      return routeInStages(ports, router, topK)
  }
}

async function routeByForest(
  ports: RoutePorts,
  forest: ScaledForest & { features: readonly FeatureName[] },
  threshold: number,
): Promise<Routed> {
  const { values, ms } = await ports.features(forest.features)
  const seen = { names: forest.features, values }
  return { ...settle(forestScore(forest, values), threshold), timingsMs: { features: ms }, seen }
}

async function routeByAnswer(ports: RoutePorts, router: AnswerRouter, topK: number): Promise<Routed> {
  const local = await ports.infer(topK)
  const score = answerScore(router, probabilitiesOf(local))
  return { ...settle(score, router.threshold), timingsMs: { local: local.ms }, local }
}

async function routeByBoth(ports: RoutePorts, router: HybridRouter): Promise<Routed> {
  const features = await ports.features(router.features)
  const local = await ports.infer(LABELS_MAX)
  const inputs = confidenceFeatures(router.inputs, probabilitiesOf(local))
  const score = forestScore(router, [...features.values, ...inputs])
  const timingsMs = { features: features.ms, local: local.ms }
  const seen = { names: router.features, values: features.values }
  return { ...settle(score, router.threshold), timingsMs, local, seen }
}

async function routeInStages(ports: RoutePorts, router: TwoStageRouter, topK: number): Promise<Routed> {
  const before = await routeByForest(ports, router.forest, router.forestThreshold)
  if (before.toEdge) return before
  const after = await routeByAnswer(ports, { kind: 'confidence', threshold: router.threshold }, topK)
  const { seen } = before
  return { ...after, timingsMs: { ...before.timingsMs, ...after.timingsMs }, ...(seen && { seen }) }
}

const settle = (score: number, threshold: number) => ({ toEdge: decide(score, threshold), score, threshold })

const probabilitiesOf = (local: InferResult) => local.labels.map((label) => label.score)
