// Every way through classifyFlow with scripted ports: which ports are called, in which order, and what the
// answer says about the decision.

import { describe, expect, it } from 'vitest'
import type { Preference } from '#contract/decision.ts'
import type { EdgeResult, Expected } from '#contract/function-bindings.ts'
import type { RouterDocument } from '#contract/router.ts'
import type { Tier } from '#contract/tier.ts'
import { type ClassifyPorts, classifyFlow } from '#core/route/classify-flow.ts'

const CAT = [{ index: 3, name: 'cat', score: 0.6 }]
const DOG = [{ index: 5, name: 'dog', score: 0.9 }]
const EDGE_ANSWERS: EdgeResult = { ok: true, model: 'heavy', labels: DOG, ms: 40 }

const forest = (threshold: number): RouterDocument => ({
  schema: 1,
  kind: 'forest',
  threshold,
  featuresVersion: 1,
  features: ['contrast'],
  scaler: { min: [0], max: [10] },
  trees: [
    { feature: [0, -1, -1], threshold: [0.5, 0, 0], left: [1, 0, 0], right: [2, 0, 0], value: [0, 0.2, 0.8] },
  ],
})
const confidence = (threshold: number): RouterDocument => ({ schema: 1, kind: 'confidence', threshold })
const random = (threshold: number): RouterDocument => ({ schema: 1, kind: 'random', threshold })
const always: RouterDocument = { schema: 1, kind: 'always-edge', threshold: -1 }
const never: RouterDocument = { schema: 1, kind: 'always-local', threshold: 2 }

async function run(
  router: RouterDocument,
  options: {
    tier?: Tier
    preference?: Preference
    contrast?: number
    edge?: EdgeResult | Error
    expected?: Expected
  } = {},
) {
  const calls: string[] = []
  const ports: ClassifyPorts = {
    async features(names) {
      calls.push(`features ${names.join(' ')}`)
      return { values: [options.contrast ?? 9], ms: 2 }
    },
    async infer(topK) {
      calls.push(`infer ${topK}`)
      return { model: 'light', labels: CAT, ms: 10 }
    },
    async offload(topK) {
      calls.push(`offload ${topK}`)
      const edge = options.edge ?? EDGE_ANSWERS
      if (edge instanceof Error) throw edge
      return edge
    },
  }
  const answer = await classifyFlow(
    ports,
    { tier: options.tier ?? 'local', routerVersion: 4, router },
    {
      topK: 3,
      preference: options.preference ?? 'balanced',
      lot: 0.5,
      ...(options.expected && { expected: options.expected }),
    },
  )
  return { answer, calls }
}

describe('classifyFlow() on the local tier', () => {
  const cases = [
    [
      'a forest that wants the edge offloads',
      forest(0.5),
      {},
      ['features contrast', 'offload 3'],
      'edge',
      0.8,
    ],
    [
      'a forest that does not infers',
      forest(0.5),
      { contrast: 1 },
      ['features contrast', 'infer 3'],
      'local',
      0.2,
    ],
    [
      'a score equal to the threshold offloads',
      forest(0.8),
      {},
      ['features contrast', 'offload 3'],
      'edge',
      0.8,
    ],
    ['confidence asks the local model first', confidence(0.3), {}, ['infer 3', 'offload 3'], 'edge', 0.4],
    ['a sure local answer is kept', confidence(0.5), {}, ['infer 3'], 'local', 0.4],
    ['random takes the lot that it is given', random(0.4), {}, ['offload 3'], 'edge', 0.5],
    ['a low lot stays', random(0.6), {}, ['infer 3'], 'local', 0.5],
    ['always-edge has no score', always, {}, ['offload 3'], 'edge', null],
    ['always-local has no score', never, {}, ['infer 3'], 'local', null],
    [
      'latency of which nothing is known acts as balanced',
      always,
      { preference: 'latency' as const },
      ['offload 3'],
      'edge',
      null,
    ],
    [
      'energy of which nothing is known acts as balanced',
      never,
      { preference: 'energy' as const },
      ['infer 3'],
      'local',
      null,
    ],
  ] as const
  it.each(cases)('%s', async (_, router, options, calls, tier, score) => {
    const ran = await run(router, options)
    expect(ran.calls).toEqual(calls)
    expect(ran.answer.tier).toBe(tier)
    expect(ran.answer.decision).toMatchObject({
      router: router.kind,
      version: 4,
      threshold: router.threshold,
    })
    expect(ran.answer.decision.reason).toBe('routed')
    if (score === null) expect(ran.answer.decision.score).toBeNull()
    else expect(ran.answer.decision.score).toBeCloseTo(score, 12)
  })

  it('local-only never leaves the device and asks no router', async () => {
    const { answer, calls } = await run(always, { preference: 'local-only' })
    expect(calls).toEqual(['infer 3'])
    expect(answer.decision).toEqual({
      router: 'none',
      version: 4,
      score: null,
      threshold: null,
      reason: 'preference',
    })
  })

  it('accuracy goes to the edge whatever the router says', async () => {
    const { answer, calls } = await run(never, { preference: 'accuracy' })
    expect(calls).toEqual(['offload 3'])
    expect(answer).toMatchObject({ tier: 'edge', model: 'heavy', decision: { reason: 'preference' } })
  })

  it.each([
    ['latency', { localMs: 50, edgeMs: 20 }, 'edge', ['offload 3']],
    ['latency', { localMs: 50, edgeMs: 90 }, 'local', ['infer 3']],
    ['energy', { localJ: 0.5, edgeJ: 0.2 }, 'edge', ['offload 3']],
    ['energy', { localJ: 0.1, edgeJ: 0.2 }, 'local', ['infer 3']],
  ] as const)(
    '%s with %j goes to the %s tier at once, whatever the router',
    async (preference, expected, tier, calls) => {
      for (const router of [forest(0.5), confidence(0.3), always, never]) {
        const ran = await run(router, { preference, expected })
        expect(ran.calls).toEqual(calls)
        expect(ran.answer).toMatchObject({ tier, decision: { router: 'none', reason: 'preference' } })
      }
    },
  )

  it('tells the local inference that the host made while the edge was late', async () => {
    const edge = { ...EDGE_ANSWERS, localMs: 12 }
    const { answer, calls } = await run(always, { edge })
    expect(calls).toEqual(['offload 3'])
    expect(answer).toMatchObject({ tier: 'edge', timingsMs: { edge: 40, local: 12 } })
    // Where the router had asked for it, it was the same one.
    expect((await run(confidence(0.3), { edge })).answer.timingsMs).toEqual({ local: 10, edge: 40 })
  })

  it.each(['edge-error', 'deadline', 'breaker-open', 'budget'] as const)(
    'an edge that refuses with %s costs the local inference, not the request',
    async (reason) => {
      const edge: EdgeResult = { ok: false, reason, message: 'no', ms: 7 }
      for (const preference of ['balanced', 'accuracy'] as const) {
        const { answer } = await run(forest(0.5), { edge, preference })
        expect(answer).toMatchObject({ tier: 'local', model: 'light', labels: CAT, decision: { reason } })
        expect(answer.timingsMs).toMatchObject({ edge: 7, local: 10 })
      }
    },
  )

  it('asks no edge that the host knows to refuse, and says why', async () => {
    const expected = { edgeRefuses: 'breaker-open' as const }
    const { answer, calls } = await run(always, { expected })
    expect(calls).toEqual(['infer 3'])
    expect(answer).toMatchObject({
      tier: 'local',
      decision: { router: 'always-edge', reason: 'breaker-open' },
    })
    expect(answer.timingsMs).toEqual({ local: 10 })
    const kept = await run(never, { expected })
    expect(kept.answer.decision.reason).toBe('routed')
  })

  it('an edge port that throws is an edge-error', async () => {
    const { answer } = await run(always, { edge: new Error('connection reset') })
    expect(answer).toMatchObject({ tier: 'local', decision: { router: 'always-edge', reason: 'edge-error' } })
  })

  it('confidence reuses its local answer when the edge refuses', async () => {
    const edge: EdgeResult = { ok: false, reason: 'deadline', message: 'late', ms: 50 }
    const { answer, calls } = await run(confidence(0.3), { edge })
    expect(calls).toEqual(['infer 3', 'offload 3'])
    expect(answer).toMatchObject({ labels: CAT, timingsMs: { local: 10, edge: 50 } })
  })

  it('timings are what the ports reported', async () => {
    const { answer } = await run(forest(0.5))
    expect(answer.timingsMs).toEqual({ features: 2, edge: 40 })
  })
})

describe('classifyFlow() on the edge tier', () => {
  it.each(['accuracy', 'balanced', 'local-only'] as const)(
    'infers and decides nothing (%s)',
    async (preference) => {
      const { answer, calls } = await run(always, { tier: 'edge', preference })
      expect(calls).toEqual(['infer 3'])
      expect(answer).toEqual({
        labels: CAT,
        tier: 'edge',
        model: 'light',
        decision: { router: 'none', version: 4, score: null, threshold: null, reason: 'direct' },
        timingsMs: { edge: 10 },
      })
    },
  )
})
