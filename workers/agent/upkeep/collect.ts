// Garbage collection of a device's store: what neither the current deployment nor the previous one needs, and
// downloads that were begun for something else.

import type { ArtifactStore } from '#platform/artifact-store.ts'

export async function collect(store: ArtifactStore, keep: ReadonlySet<string>): Promise<void> {
  for await (const digest of store.digests()) if (!keep.has(digest)) await store.remove(digest)
  await store.removePartials(keep)
}
