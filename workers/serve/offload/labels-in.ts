// The names of a model's classes out of the device's artifacts, for an edge that answers with numbers. They are fetched
// beside a manifest that names such an edge; where they are not there, or not whole, there are none.

import { LabelList } from '#contract/model.ts'
import type { ArtifactStore } from '#platform/artifact-store.ts'
import type { ReadLabels } from './edge-client.ts'

export const labelsIn =
  (store: Pick<ArtifactStore, 'readVerified'>): ReadLabels =>
  async ({ digest }) => {
    const bytes = await store.readVerified(digest).catch(() => undefined)
    return bytes && LabelList.parse(JSON.parse(bytes.toString('utf8')))
  }
