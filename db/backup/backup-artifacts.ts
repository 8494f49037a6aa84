// The files behind the rows, where they are wanted in the backup: artifacts (models, images, routers, functions) and
// captured images. They are content-addressed, so their names are their checksums, and a file that the store lacks is
// told and not a reason to have no backup at all.

import type { ClientBase } from 'pg'
import type { ArtifactRef } from '#contract/digest.ts'
import type { Artifacts } from '#platform/artifacts/artifacts.ts'
import type { OnProgress } from './file/backup-format.ts'
import type { BackupWriter } from './file/backup-writer.ts'

export interface BackupArtifacts {
  readonly artifacts: Artifacts
  readonly captures: Artifacts
}

export type ArtifactKind = keyof BackupArtifacts

/** Whose bytes the database vouches for. */
const VOUCHED: Record<ArtifactKind, string> = {
  artifacts: 'select digest, size_bytes::float8 as "sizeBytes" from artifacts order by digest',
  captures: `select digest, max(size_bytes)::float8 as "sizeBytes" from captures
    where stored_at is not null group by digest order by digest`,
}

export const entryNameOf = (kind: ArtifactKind, digest: string): string =>
  `${kind}/${digest.replace('sha256:', '')}`

/** Undefined for another entry. */
export function artifactOfEntry(name: string): { kind: ArtifactKind; digest: string } | undefined {
  const match = /^(artifacts|captures)\/([0-9a-f]{64})$/.exec(name)
  return match ? { kind: match[1] as ArtifactKind, digest: `sha256:${match[2]}` } : undefined
}

interface WrittenFiles {
  readonly artifacts: number
  readonly captures: number
  readonly missing: string[]
}

export async function writeArtifacts(
  client: ClientBase,
  writer: BackupWriter,
  { artifacts: stores, onProgress }: { artifacts?: BackupArtifacts; onProgress?: OnProgress },
): Promise<WrittenFiles> {
  const written = { artifacts: 0, captures: 0, missing: [] as string[] }
  if (!stores) return written
  for (const kind of ['artifacts', 'captures'] as const) {
    const { rows } = await client.query<ArtifactRef>(VOUCHED[kind])
    for (const [i, { digest, sizeBytes }] of rows.entries()) {
      onProgress?.(kind, i, rows.length)
      if (!(await stores[kind].has({ digest, sizeBytes }))) {
        written.missing.push(digest)
        continue
      }
      const bytes = await stores[kind].open({ digest, sizeBytes })
      await writer.addStream({ name: entryNameOf(kind, digest), sizeBytes }, bytes)
      written[kind]++
    }
    if (rows.length > 0) onProgress?.(kind, rows.length, rows.length)
  }
  return written
}
