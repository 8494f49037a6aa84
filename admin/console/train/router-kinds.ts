// The kinds of routers in words: what each looks at, and what that costs.

import type { RouterKind } from '#contract/router-kind.ts'

export const KINDS_IN_WORDS: Readonly<Record<RouterKind, string>> = {
  confidence: 'how sure the local model is: the one to beat',
  margin: 'by how much the local model’s first class leads',
  entropy: 'how spread the local model’s answer is',
  logistic: 'confidence, margin and entropy, weighed',
  forest: 'image features before the local model runs, as in the paper',
  hybrid: 'image features and the local answer together',
  'two-stage': 'a forest for the surely hard, confidence for the rest',
  random: 'lots, to compare with',
  'always-local': 'nothing goes to the edge, to compare with',
  'always-edge': 'everything goes to the edge, to compare with',
}
