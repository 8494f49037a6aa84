// What the flow (classify-flow.ts) will ask for before anything else, as far as that is certain beforehand: then the host
// begins it while the function is still being told of the image, and the function's own way costs no time. Undefined
// where the first thing asked is the edge, or nothing is certain. A wrong guess would cost work, never an answer.

import type { FeatureName } from '#contract/features.ts'
import type { FunctionRequest } from '#contract/function-bindings.ts'
import type { RouterDocument } from '#contract/router.ts'
import type { Tier } from '#contract/tier.ts'
import { preferTier } from './prefer-tier.ts'

export type FirstAsked =
  | { readonly ask: 'infer' }
  | { readonly ask: 'features'; readonly names: readonly FeatureName[] }

export function firstAsked(
  tier: Tier,
  router: RouterDocument,
  { preference, expected }: Pick<FunctionRequest, 'preference' | 'expected'>,
): FirstAsked | undefined {
  if (tier === 'edge') return { ask: 'infer' }
  const preferred = preferTier(preference, expected)
  if (preferred === 'local') return { ask: 'infer' }
  // An edge that cannot be asked is known beforehand: then the local answer is all there is.
  if (preferred === 'edge') return expected?.edgeRefuses === undefined ? undefined : { ask: 'infer' }
  switch (router.kind) {
    case 'always-local':
    case 'confidence':
    case 'margin':
    case 'entropy':
    case 'logistic':
      return { ask: 'infer' }
    case 'forest':
    case 'hybrid':
      return { ask: 'features', names: router.features }
    case 'two-stage':
      return { ask: 'features', names: router.forest.features }
    case 'always-edge':
    case 'random':
      return undefined
  }
}
