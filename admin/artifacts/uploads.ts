// Uploads in parts: begun by the digest of the whole, gone on with by whoever has the bytes, from where the database
// says. What has come outlives client and control plane; another replica may take the next part. One request at a time
// adds to an upload: it holds it while bytes come, and a second one is refused until then.
//
// After the IETF's resumable uploads (draft-ietf-httpbis-resumable-upload) and tus, less what a digest makes needless:
// the upload's name is that of the artifact, so a client that has forgotten everything asks for the same one.

import { randomUUID } from 'node:crypto'
import type { ArtifactRef } from '#contract/digest.ts'
import { claimArtifact } from '#db/queries/artifacts.ts'
import {
  deleteFreeUpload,
  deleteIdleUploads,
  deleteUpload,
  ensureUpload,
  extendHold,
  findUpload,
  HOLD_S,
  holdUpload,
  letGoOfUpload,
  nameUpload,
  type UploadRow,
} from '#db/queries/storage/uploads.ts'
import { ArtifactRefused } from '#platform/artifact-refused.ts'
import type { StagedUpload } from '#platform/artifacts/artifacts.ts'
import type { Context } from '../context.ts'
import { found, Refusal } from '../refusal.ts'
import { recordStored } from './keep-artifact.ts'
import { receiveParts, UploadLost } from './receive-parts.ts'

/** How long one waits for its next part, unless a setting says otherwise. */
export const UPLOAD_HOURS = 24

export type UploadPorts = Pick<Context, 'db' | 'artifacts' | 'log'>

export interface UploadState extends ArtifactRef {
  readonly offsetBytes: number
  readonly isComplete: boolean
}

/** Why a request may not add to an upload now, with where it is and how long to wait. */
export class UploadConflict extends Refusal {
  readonly offsetBytes: number
  readonly retryAfterS: number | undefined
  constructor(message: string, offsetBytes: number, retryAfterS?: number) {
    super('conflict', message)
    this.offsetBytes = offsetBytes
    this.retryAfterS = retryAfterS
  }
}

export interface UploadAsk extends ArtifactRef {
  readonly mediaType: string
  readonly createdBy: string
}

/** Begins an upload, or finds the one that is under way; complete where the artifact exists. */
export async function beginUpload(ports: UploadPorts, ask: UploadAsk): Promise<UploadState> {
  const { digest, sizeBytes } = ask
  if ((await claimArtifact(ports.db, digest)) !== undefined) return complete({ digest, sizeBytes })
  const { place } = ports.artifacts.parts
  const draft = { ...ask, place, id: randomUUID() }
  const row = await ensureUpload(ports.db, draft)
  if (row.sizeBytes === sizeBytes && row.place === place) return stateOf(row)
  // Parts in another store, or of a file that cannot have the same digest: one of the two is mistaken.
  const dropped = await deleteFreeUpload(ports.db, digest)
  if (!dropped) throw held(row)
  await discard(ports, dropped)
  return stateOf(await ensureUpload(ports.db, draft))
}

export async function uploadState({ db }: UploadPorts, digest: string): Promise<UploadState> {
  const sizeBytes = await claimArtifact(db, digest)
  if (sizeBytes !== undefined) return complete({ digest, sizeBytes })
  return stateOf(found(await findUpload(db, digest), 'upload', digest))
}

/** What has come is kept, however this ends; the answer says from where to go on. */
export async function appendToUpload(
  ports: UploadPorts,
  { digest, offsetBytes }: { digest: string; offsetBytes: number },
  body: AsyncIterable<Uint8Array>,
): Promise<UploadState> {
  const row = found(await findUpload(ports.db, digest), 'upload', digest)
  const hold = { id: row.id, holder: randomUUID() }
  const ours = await holdUpload(ports.db, { ...hold, offsetBytes })
  if (!ours) throw await conflictOf(ports, row, offsetBytes)
  try {
    const staged = await stagedOf(ports, ours, hold)
    const now = await receiveParts({ ...ports, hold, staged }, ours, body)
    if (now.offsetBytes < now.sizeBytes) return stateOf(now)
    await finish(ports, now, { staged, hold })
    return complete(now)
  } catch (error) {
    if (error instanceof UploadLost) throw held(row)
    throw error
  } finally {
    await letGoOfUpload(ports.db, hold).catch((err) =>
      ports.log.warn({ err }, 'an upload is held for longer'),
    )
  }
}

async function stagedOf(
  { db, artifacts }: UploadPorts,
  row: UploadRow,
  hold: { id: string; holder: string },
): Promise<StagedUpload> {
  if (row.name !== null) return { id: row.id, name: row.name }
  const staged = { id: row.id, name: await artifacts.parts.begin(row.id) }
  if (await nameUpload(db, hold, staged.name)) return staged
  await artifacts.parts.discard(staged)
  throw new UploadLost()
}

/** Hashing a gigabyte takes longer than a hold does. */
async function finish(
  ports: UploadPorts,
  row: UploadRow,
  { staged, hold }: { staged: StagedUpload; hold: { id: string; holder: string } },
): Promise<void> {
  const beat = setInterval(
    () => void extendHold(ports.db, hold).catch((err) => ports.log.warn({ err }, 'an upload is not held')),
    (HOLD_S * 1_000) / 3,
  )
  try {
    await ports.artifacts.parts.assemble(staged, row.parts, row)
  } catch (error) {
    if (!(error instanceof ArtifactRefused)) throw error
    // Nothing can be made of these parts: the next one begins anew.
    await deleteUpload(ports.db, row.id)
    await discard(ports, row)
    throw new Refusal('invalid', error.message, { cause: error })
  } finally {
    clearInterval(beat)
  }
  await recordStored(ports, row, row.mediaType)
  await deleteUpload(ports.db, row.id)
}

export async function dropUpload(ports: UploadPorts, digest: string): Promise<void> {
  const row = found(await findUpload(ports.db, digest), 'upload', digest)
  const dropped = await deleteFreeUpload(ports.db, digest)
  if (!dropped) throw held(row)
  await discard(ports, dropped)
}

/** Those that nobody has gone on with; answers how many. */
export async function sweepUploads(ports: UploadPorts, hours: number): Promise<number> {
  const rows = await deleteIdleUploads(ports.db, hours)
  for (const row of rows) await discard(ports, row)
  return rows.length
}

/** What cannot be taken away now is litter, which the store's own sweep takes. */
async function discard({ artifacts, log }: UploadPorts, { id, name, place }: UploadRow): Promise<void> {
  if (name === null || place !== artifacts.parts.place) return
  await artifacts.parts
    .discard({ id, name })
    .catch((err) => log.warn({ err, id }, 'parts of an upload could not be removed'))
}

async function conflictOf({ db }: UploadPorts, row: UploadRow, offsetBytes: number): Promise<Refusal> {
  const now = (await findUpload(db, row.digest)) ?? row
  if (now.offsetBytes === offsetBytes) return held(now)
  return new UploadConflict(
    `Cannot go on with upload "${row.digest}": bytes from ${offsetBytes} came, expected from ${now.offsetBytes}`,
    now.offsetBytes,
  )
}

const held = ({ digest, offsetBytes }: UploadRow): UploadConflict =>
  new UploadConflict(
    `Cannot go on with upload "${digest}": another request adds to it, expected one at a time`,
    offsetBytes,
    1,
  )

const stateOf = ({ digest, sizeBytes, offsetBytes }: UploadRow): UploadState => ({
  digest,
  sizeBytes,
  offsetBytes,
  isComplete: false,
})

const complete = ({ digest, sizeBytes }: ArtifactRef): UploadState => ({
  digest,
  sizeBytes,
  offsetBytes: sizeBytes,
  isComplete: true,
})
