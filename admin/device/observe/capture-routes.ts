// Hard images as a device hands them in. They lie in a store of their own: no device can fetch what another one saw,
// and old ones go without a look at what else might need them. Taken only from deployments that ask for captures, so
// that a device cannot fill the control plane on its own account.

import { Readable } from 'node:stream'
import type { Context as HttpContext } from 'hono'
import { CaptureBatch, type CaptureRecord } from '#contract/observe/capture.ts'
import type { Db } from '#db/db.ts'
import { findDeployment } from '#db/queries/deployments.ts'
import type { DeviceRow } from '#db/queries/devices.ts'
import { toldDeployments } from '#db/queries/manifests.ts'
import {
  CAPTURE_COUNTS_MIN_BYTES,
  lockCapturesOf,
  takenAlready,
  takenInADay,
} from '#db/queries/observe/capture-quota.ts'
import { findCapture, insertCaptures, lockCapturesShared, markStored } from '#db/queries/observe/captures.ts'
import { ArtifactRefused } from '#platform/artifact-refused.ts'
import type { PartialArtifact } from '#platform/partial-artifact.ts'
import type { Context } from '../../context.ts'
import { found, Refusal } from '../../refusal.ts'
import { readJson } from '../read-json.ts'

/** What is known of images; answers which bytes are wanted. */
export async function offerCaptures(ctx: Context, device: DeviceRow, c: HttpContext): Promise<Response> {
  const batch = await readJson(c, CaptureBatch)
  const quotas = await quotasOf(ctx, device, batch.captures)
  const asked = batch.captures.filter(({ deploymentId }) => quotas.has(deploymentId))
  const { taken, stored } = await ctx.db.transaction(async (tx) => {
    await lockCapturesShared(tx)
    await lockCapturesOf(tx, device.id)
    const taken = await withinQuota(tx, { device, records: asked, quotas })
    await insertCaptures(tx, device.id, taken)
    const here: string[] = []
    for (const ref of taken) if (await ctx.captures.has(ref)) here.push(ref.digest)
    await markStored(tx, here)
    return { taken: new Set(taken.map(({ digest }) => digest)), stored: new Set(here) }
  })
  const answers = batch.captures.map(async ({ digest, deploymentId }) => {
    if (!quotas.has(deploymentId)) return { digest, state: 'refused' as const, from: 0 }
    if (!taken.has(digest)) return { digest, state: 'refused' as const, from: 0, isOverQuota: true }
    if (stored.has(digest)) return { digest, state: 'stored' as const, from: 0 }
    return { digest, state: 'wanted' as const, from: await ctx.captures.partialBytes(digest) }
  })
  return c.json({ captures: await Promise.all(answers) })
}

/** Of those deployments that ask for captures and that the device was told to run. */
async function quotasOf(
  { db }: Context,
  device: DeviceRow,
  records: readonly CaptureRecord[],
): Promise<ReadonlyMap<string, number>> {
  const quotas = new Map<string, number>()
  const named = [...new Set(records.map(({ deploymentId }) => deploymentId))]
  for (const id of await toldDeployments(db, device.id, named)) {
    const quotaMb = (await findDeployment(db, id))?.document.policy.captureQuotaMb
    if (quotaMb !== undefined) quotas.set(id, quotaMb * 1024 ** 2)
  }
  return quotas
}

interface Offer {
  readonly device: DeviceRow
  readonly records: readonly CaptureRecord[]
  readonly quotas: ReadonlyMap<string, number>
}

/** In their order, as many as fit into a day, beside those that were taken before. */
async function withinQuota(tx: Db, { device, records, quotas }: Offer): Promise<CaptureRecord[]> {
  if (records.length === 0) return []
  const digests = records.map(({ digest }) => digest)
  const known = new Set(await takenAlready(tx, device.id, digests))
  const used = new Map(await takenInADay(tx, device.id, [...quotas.keys()]))
  return records.filter(({ digest, deploymentId, sizeBytes }) => {
    if (known.has(digest)) return true
    const after = (used.get(deploymentId) ?? 0) + Math.max(sizeBytes, CAPTURE_COUNTS_MIN_BYTES)
    if (after > quotas.get(deploymentId)!) return false
    used.set(deploymentId, after)
    known.add(digest)
    return true
  })
}

/** The bytes of an image that was offered, from where the answer said; what comes is kept, however it ends. */
export async function putCapture(ctx: Context, device: DeviceRow, c: HttpContext): Promise<Response> {
  const digest = c.req.param('digest') ?? ''
  const row = found(await findCapture(ctx.db, device.id, digest), 'capture', digest)
  const from = Number(/^bytes (\d+)-\d+\/\d+$/.exec(c.req.header('content-range') ?? 'bytes 0-0/0')?.[1])
  const { body } = c.req.raw
  if (!body || Number.isNaN(from))
    throw new Refusal('invalid', `Cannot store capture "${digest}": expected bytes and their Content-Range`)
  const bytes = Readable.fromWeb(body as never) as AsyncIterable<Uint8Array>
  const ref = { digest, sizeBytes: row.sizeBytes }
  try {
    await ctx.captures.resume(ref, (partial) => append(partial, from, bytes))
  } catch (cause) {
    if (cause instanceof ArtifactRefused) throw new Refusal('invalid', cause.message, { cause })
    throw cause
  }
  await ctx.db.transaction(async (tx) => {
    await lockCapturesShared(tx)
    // Retention may have been here since: then nobody names it any more, and nobody will find it.
    if (await findCapture(tx, device.id, digest)) await markStored(tx, [digest])
    else await ctx.captures.remove(digest)
  })
  return c.body(null, 204)
}

async function append(
  partial: PartialArtifact,
  from: number,
  bytes: AsyncIterable<Uint8Array>,
): Promise<void> {
  const { digest, sizeBytes } = partial.ref
  if (partial.sizeBytes !== from)
    throw new Refusal(
      'conflict',
      `Cannot store capture "${digest}": bytes from ${from} came, expected from ${partial.sizeBytes}`,
    )
  try {
    for await (const chunk of bytes) await partial.append(chunk)
  } catch (cause) {
    if (cause instanceof ArtifactRefused) throw cause
    throw new Refusal('invalid', `Cannot store capture "${digest}": the connection broke off`, { cause })
  }
  if (partial.sizeBytes < sizeBytes)
    throw new Refusal(
      'invalid',
      `Cannot store capture "${digest}": ${partial.sizeBytes} of ${sizeBytes} bytes came`,
    )
  try {
    partial.verify()
  } catch (error) {
    // Not those bytes: the device begins anew.
    await partial.restart()
    throw error
  }
}
