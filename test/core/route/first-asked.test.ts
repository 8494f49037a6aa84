// What is begun beforehand is what the flow then asks for first, for every router kind and preference: both run, and the
// flow's own first question decides.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DecisionReason, Preference } from '#contract/decision.ts'
import type { FunctionRequest } from '#contract/function-bindings.ts'
import type { RouterDocument, Tree } from '#contract/router.ts'
import { RouterKind } from '#contract/router-kind.ts'
import { classifyFlow } from '#core/route/classify-flow.ts'
import { firstAsked } from '#core/route/first-asked.ts'

const leaf: Tree = { feature: [-1], threshold: [0], left: [0], right: [0], value: [0.3] }
const forest = {
  featuresVersion: 1,
  features: ['contrast' as const, 'hue1' as const],
  scaler: { min: [0, 0], max: [1, 1] },
  trees: [leaf],
}

function routerOf(kind: RouterKind, threshold: number): RouterDocument {
  const common = { schema: 1 as const, threshold }
  switch (kind) {
    case 'forest':
      return { ...common, kind, ...forest }
    case 'hybrid':
      return { ...common, kind, ...forest, inputs: ['margin'], scaler: { min: [0, 0, 0], max: [1, 1, 1] } }
    case 'two-stage':
      return { ...common, kind, forest, forestThreshold: 0.5 }
    case 'logistic':
      return { ...common, kind, inputs: ['margin'], weights: [1], bias: 0 }
    default:
      return { ...common, kind }
  }
}

/** The flow's questions, in order. */
async function asked(tier: 'local' | 'edge', router: RouterDocument, request: FunctionRequest) {
  const questions: string[] = []
  const labels = [{ index: 0, name: 'a', score: 0.6 }]
  await classifyFlow(
    {
      async features(names) {
        questions.push(`features ${names}`)
        return { values: names.map(() => 0.5), ms: 1 }
      },
      async infer() {
        questions.push('infer')
        return { model: 'light', labels, ms: 1 }
      },
      async offload() {
        questions.push('offload')
        return { ok: true, model: 'heavy', labels, ms: 1 }
      },
    },
    { tier, routerVersion: 1, router },
    request,
  )
  return questions
}

const ms = fc.option(fc.double({ min: 0.1, max: 100, noNaN: true }), { nil: undefined })

test('the flow asks first for what was foretold; where nothing is, no inference is certain', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('local' as const, 'edge' as const),
      fc.constantFrom(...RouterKind.options),
      fc.constantFrom(...Preference.options),
      fc.record({
        threshold: fc.double({ min: -0.1, max: 1.1, noNaN: true }),
        localMs: ms,
        edgeMs: ms,
        edgeRefuses: fc.option(fc.constantFrom(...DecisionReason.options), { nil: undefined }),
        lot: fc.double({ min: 0, max: 0.999, noNaN: true }),
      }),
      async (tier, kind, preference, { threshold, lot, ...expected }) => {
        const router = routerOf(kind, threshold)
        const given = Object.fromEntries(Object.entries(expected).filter(([, value]) => value !== undefined))
        const request = { topK: 1, preference, lot, expected: given }
        const first = firstAsked(tier, router, request)
        const [question] = await asked(tier, router, request)
        if (first?.ask === 'features') expect(question).toBe(`features ${first.names}`)
        else if (first?.ask === 'infer') expect(question).toBe('infer')
        else expect(question === 'offload' || kind === 'random' || kind === 'always-edge').toBe(true)
      },
    ),
    { numRuns: 500 },
  )
})
