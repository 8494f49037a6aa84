// Bytes that are in the store get the row by which they exist. In between they may have been collected, as bytes that
// nothing vouched for: so whoever wrote a new row looks once more whether they are there.

import type { ArtifactRef } from '#contract/digest.ts'
import { forgetArtifact, recordArtifact } from '#db/queries/artifacts.ts'
import type { Context } from '../context.ts'
import { Refusal } from '../refusal.ts'

type Ports = Pick<Context, 'db' | 'artifacts'>

/** Of bytes that were stored just now. Throws a Refusal where they have gone again: they have to be sent again. */
export async function recordStored(
  { db, artifacts }: Ports,
  ref: ArtifactRef,
  mediaType: string,
): Promise<void> {
  const isNew = await recordArtifact(db, ref, mediaType)
  if (!isNew || (await artifacts.has(ref))) return
  await forgetArtifact(db, ref.digest)
  throw new Refusal(
    'conflict',
    `Cannot store artifact "${ref.digest}": the same bytes were collected meanwhile, expected them once more`,
  )
}

/** Of bytes that are all here. */
export async function keepBytes(ports: Ports, bytes: Uint8Array, mediaType: string): Promise<ArtifactRef> {
  const ref = await ports.artifacts.putBytes(bytes)
  try {
    await recordStored(ports, ref, mediaType)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    await ports.artifacts.putBytes(bytes)
    await recordStored(ports, ref, mediaType)
  }
  return ref
}
