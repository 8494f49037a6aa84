// Self-repair: artifacts that are missing or have changed on disk are fetched again. Who serves goes on from memory
// meanwhile; the disk matters at the next start.

import type { ArtifactRef } from '#contract/digest.ts'
import { download, type Line } from '../download.ts'
import { isIntact } from '../install.ts'

/** Hashes every one; answers those that it had to fetch. Throws where one cannot be had. */
export async function mendArtifacts(refs: readonly ArtifactRef[], line: Line): Promise<ArtifactRef[]> {
  const broken: ArtifactRef[] = []
  for (const ref of refs) if (!(await isIntact(line.store, ref))) broken.push(ref)
  await download(line, broken)
  return broken
}
