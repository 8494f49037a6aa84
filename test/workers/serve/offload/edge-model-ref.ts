// The edge half of a deployment as offloading names it. No bytes stand behind the digests.

import type { ModelRef } from '#contract/model.ts'
import { tinyContract } from '#test/vision/tiny-model.ts'

const file = { digest: `sha256:${'0'.repeat(64)}`, sizeBytes: 1 }

export const edgeModelRef: ModelRef = {
  id: 'heavy',
  name: 'heavy',
  file,
  contract: tinyContract(),
  labels: file,
}
