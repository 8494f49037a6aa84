// Which tier a preference names, with and without estimates.

import { expect, it } from 'vitest'
import { Preference } from '#contract/decision.ts'
import type { Expected } from '#contract/function-bindings.ts'
import { preferTier } from '#core/route/prefer-tier.ts'

const all: Expected = { localMs: 500, edgeMs: 100, localJ: 0.1, edgeJ: 0.196 }

it.each([
  ['accuracy', undefined, 'edge'],
  ['local-only', all, 'local'],
  ['balanced', all, undefined],
  ['latency', all, 'edge'],
  ['latency', { ...all, edgeMs: 600 }, 'local'],
  ['latency', { ...all, edgeMs: 500 }, 'local'],
  ['latency', { localMs: 500, localJ: 0.1, edgeJ: 0.2 }, undefined],
  ['latency', undefined, undefined],
  ['energy', all, 'local'],
  ['energy', { ...all, localJ: 0.49 }, 'edge'],
  ['energy', { edgeJ: 0.196 }, undefined],
] as const)('%s with %j is %s', (preference, expected, tier) => {
  expect(preferTier(Preference.parse(preference), expected)).toBe(tier)
})
