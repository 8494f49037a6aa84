// Every router kind through classifyFlow, offloading and staying, and with an edge that refuses: which ports are
// called, and whose score and threshold the decision shows.

import { describe, expect, it, test } from 'vitest'
import type { EdgeResult, FunctionRequest } from '#contract/function-bindings.ts'
import type { RouterDocument, Tree } from '#contract/router.ts'
import { RouterKind } from '#contract/router-kind.ts'
import { classifyFlow } from '#core/route/classify-flow.ts'

const LABELS = [0.6, 0.2, 0.1, 0.05, 0.03].map((score, index) => ({ index, name: `class ${index}`, score }))
const HEAVY = [{ index: 9, name: 'class 9', score: 0.9 }]
const TIMINGS = { features: 2, infer: 10, offload: 40 }

/** 0.8 where the scaled value is above one half, else 0.2. */
const stump = (feature: number): Tree => ({
  feature: [feature, -1, -1],
  threshold: [0.5, 0, 0],
  left: [1, 0, 0],
  right: [2, 0, 0],
  value: [0, 0.2, 0.8],
})
const forest = {
  featuresVersion: 1,
  features: ['contrast' as const],
  scaler: { min: [0], max: [10] },
  trees: [stump(0)],
}
/** Contrast 9 of 10 gives 0.8, margin 0.4 gives 0.2 and max softmax 0.6 gives 0.8. */
const hybrid = {
  ...forest,
  inputs: ['margin' as const, 'max-softmax' as const],
  scaler: { min: [0, 0, 0], max: [10, 1, 1] },
  trees: [stump(0), stump(1), stump(2)],
}
const logistic = { inputs: ['max-softmax' as const, 'margin' as const], weights: [-1, 2], bias: 0.3 }
const entropy = -[0.6, 0.2, 0.1, 0.05, 0.03, 0.02].reduce((sum, p) => sum + p * Math.log(p), 0) / Math.log(6)

interface Case {
  router: RouterDocument
  /** Ports before the decision. */
  asked: string[]
  toEdge: boolean
  score: number | null
  threshold?: number
}
const of = (rest: object): RouterDocument => ({ schema: 1, ...rest }) as RouterDocument
const FEATURES = 'features contrast'

const cases: Case[] = [
  { router: of({ kind: 'always-local', threshold: 2 }), asked: [], toEdge: false, score: null },
  { router: of({ kind: 'always-edge', threshold: -1 }), asked: [], toEdge: true, score: null },
  { router: of({ kind: 'random', threshold: 0.4 }), asked: [], toEdge: true, score: 0.5 },
  { router: of({ kind: 'random', threshold: 0.6 }), asked: [], toEdge: false, score: 0.5 },
  { router: of({ kind: 'forest', threshold: 0.5, ...forest }), asked: [FEATURES], toEdge: true, score: 0.8 },
  { router: of({ kind: 'forest', threshold: 0.9, ...forest }), asked: [FEATURES], toEdge: false, score: 0.8 },
  { router: of({ kind: 'confidence', threshold: 0.3 }), asked: ['infer 2'], toEdge: true, score: 0.4 },
  { router: of({ kind: 'confidence', threshold: 0.5 }), asked: ['infer 2'], toEdge: false, score: 0.4 },
  { router: of({ kind: 'margin', threshold: 0.5 }), asked: ['infer 5'], toEdge: true, score: 0.6 },
  { router: of({ kind: 'margin', threshold: 0.7 }), asked: ['infer 5'], toEdge: false, score: 0.6 },
  { router: of({ kind: 'entropy', threshold: 0.6 }), asked: ['infer 5'], toEdge: true, score: entropy },
  { router: of({ kind: 'entropy', threshold: 0.8 }), asked: ['infer 5'], toEdge: false, score: entropy },
  ...[0.5, 0.7].map((threshold) => ({
    router: of({ kind: 'logistic', threshold, ...logistic }),
    asked: ['infer 5'],
    toEdge: threshold === 0.5,
    score: 1 / (1 + Math.exp(-0.5)),
  })),
  ...[0.5, 0.7].map((threshold) => ({
    router: of({ kind: 'hybrid', threshold, ...hybrid }),
    asked: [FEATURES, 'infer 5'],
    toEdge: threshold === 0.5,
    score: (0.8 + 0.2 + 0.8) / 3,
  })),
  {
    router: of({ kind: 'two-stage', threshold: 0.3, forest, forestThreshold: 0.7 }),
    asked: [FEATURES],
    toEdge: true,
    score: 0.8,
    threshold: 0.7,
  },
  ...[0.3, 0.5].map((threshold) => ({
    router: of({ kind: 'two-stage', threshold, forest, forestThreshold: 0.9 }),
    asked: [FEATURES, 'infer 2'],
    toEdge: threshold === 0.3,
    score: 0.4,
  })),
]

async function run(router: RouterDocument, edge: EdgeResult, asked: Partial<FunctionRequest> = {}) {
  const calls: string[] = []
  const answer = await classifyFlow(
    {
      async features(names) {
        calls.push(`features ${names.join(' ')}`)
        return { values: [9], ms: TIMINGS.features }
      },
      async infer(topK) {
        calls.push(`infer ${topK}`)
        return { model: 'light', labels: LABELS.slice(0, topK), ms: TIMINGS.infer }
      },
      async offload(topK) {
        calls.push(`offload ${topK}`)
        return edge
      },
    },
    { tier: 'local', routerVersion: 4, router },
    { topK: 2, preference: 'balanced', lot: 0.5, ...asked },
  )
  return { answer, calls }
}

const named = cases.map((c) => ({
  ...c,
  name: `${c.router.kind} at ${c.threshold ?? c.router.threshold} ${c.toEdge ? 'offloads' : 'stays'}`,
}))
const decisionOf = ({ router, score, threshold = router.threshold }: Case) => ({
  router: router.kind,
  version: 4,
  score: score === null ? null : expect.closeTo(score, 12),
  threshold,
})
const inferred = (asked: readonly string[]) => asked.some((call) => call.startsWith('infer'))
const timings = (calls: readonly string[]) => ({
  ...(calls.includes(FEATURES) && { features: TIMINGS.features }),
  ...(inferred(calls) && { local: TIMINGS.infer }),
  ...(calls.includes('offload 2') && { edge: TIMINGS.offload }),
})

test('the table has every kind', () => {
  expect([...new Set(cases.map(({ router }) => router.kind))].sort()).toEqual([...RouterKind.options].sort())
})

describe('classifyFlow() with an edge that answers', () => {
  it.each(named)('$name', async (way) => {
    const edge = { ok: true as const, model: 'heavy', labels: HEAVY, ms: TIMINGS.offload }
    const { answer, calls } = await run(way.router, edge)
    const stays = inferred(way.asked) ? [] : ['infer 2']
    expect(calls).toEqual([...way.asked, ...(way.toEdge ? ['offload 2'] : stays)])
    expect(answer).toEqual({
      ...(way.toEdge
        ? { tier: 'edge', model: 'heavy', labels: HEAVY }
        : { tier: 'local', model: 'light', labels: LABELS.slice(0, 2) }),
      decision: { ...decisionOf(way), reason: 'routed' },
      timingsMs: timings(calls),
    })
  })
})

describe('classifyFlow() with an edge that refuses answers locally, inferring once', () => {
  it.each(named.filter(({ toEdge }) => toEdge))('$name', async (way) => {
    const edge = { ok: false as const, reason: 'deadline' as const, message: 'late', ms: TIMINGS.offload }
    const { answer, calls } = await run(way.router, edge)
    expect(calls).toEqual([...way.asked, 'offload 2', ...(inferred(way.asked) ? [] : ['infer 2'])])
    expect(answer).toEqual({
      tier: 'local',
      model: 'light',
      labels: LABELS.slice(0, 2),
      decision: { ...decisionOf(way), reason: 'deadline' },
      timingsMs: timings(calls),
    })
  })
})

describe('classifyFlow() that is asked to explain tells the features that were looked at, and no others', () => {
  it.each(named)('$name', async (way) => {
    const edge = { ok: true as const, model: 'heavy', labels: HEAVY, ms: TIMINGS.offload }
    const { answer, calls } = await run(way.router, edge, { explain: 'features' })
    expect(answer.features).toEqual(calls.includes(FEATURES) ? [{ name: 'contrast', value: 9 }] : undefined)
  })
})
