// What a device should run now, and the signed manifest that says so.
//
// The pair is atomic across the tiers: an edge device is told at once, a local device only when an edge device of
// its group reports that its half is live. Until then the local one keeps what it has, whose edge half the edge
// devices keep running beside the new one. Computed at every poll from rows alone, so no crash can strand it.

import type { Deployment } from '#contract/deployment.ts'
import type { Manifest } from '#contract/manifest.ts'
import type { Db } from '#db/db.ts'
import { currentRollout, findDeployment } from '#db/queries/deployments.ts'
import { type DeviceRow, groupDevices } from '#db/queries/devices.ts'
import { lastManifest, type ManifestRow, nextManifest } from '#db/queries/manifests.ts'
import { digestOf } from '#platform/artifact-store.ts'
import type { ManifestSigner } from '../manifest-signer.ts'

const MANIFEST_VALID_MS = 30 * 24 * 3_600_000

interface Wanted {
  readonly deployment: Deployment | null
  readonly edges: readonly { readonly url: string }[]
}

/** Edge devices that serve the deployment right now, by their own last report. */
async function liveEdges(db: Db, groupName: string, deploymentId: string): Promise<{ url: string }[]> {
  const edges = await groupDevices(db, groupName, 'edge')
  return edges.filter((e) => e.report?.servingDeploymentId === deploymentId).map((e) => ({ url: e.url }))
}

export async function wantedFor(db: Db, device: DeviceRow, last: ManifestRow | undefined): Promise<Wanted> {
  const current = (await currentRollout(db, device.groupName))?.deployment.document
  if (!current) return { deployment: null, edges: [] }
  if (device.tier === 'edge') return { deployment: current, edges: [] }
  const edges = await liveEdges(db, device.groupName, current.id)
  if (edges.length > 0) return { deployment: current, edges }
  const kept = last
    ? (JSON.parse(last.content) as { deploymentId: string | null; edges: { url: string }[] })
    : undefined
  if (!kept || kept.deploymentId === null) return { deployment: null, edges: [] }
  // An edge device that was revoked must get no more images, even where there is no other.
  const trusted = new Set((await groupDevices(db, device.groupName, 'edge')).map((e) => e.url))
  return {
    deployment: (await findDeployment(db, kept.deploymentId))!.document,
    edges: kept.edges.filter((e) => trusted.has(e.url)),
  }
}

const contentOf = (wanted: Wanted): string =>
  JSON.stringify({ deploymentId: wanted.deployment?.id ?? null, edges: wanted.edges })

const isFresh = (row: ManifestRow, now: Date): boolean =>
  row.expiresAt.getTime() - now.getTime() > MANIFEST_VALID_MS / 2

/** The device's manifest: the last one while its content holds and is not near expiry, else a new sequence. */
export async function manifestFor(
  db: Db,
  signer: ManifestSigner,
  device: DeviceRow,
  now: Date,
): Promise<ManifestRow> {
  const seen = await lastManifest(db, device.id)
  if (seen && isFresh(seen, now) && seen.content === contentOf(await wantedFor(db, device, seen))) return seen
  return nextManifest(db, device.id, async (last, tx) => {
    const wanted = await wantedFor(tx, device, last)
    const content = contentOf(wanted)
    if (last && last.content === content && isFresh(last, now)) return last
    const expiresAt = new Date(now.getTime() + MANIFEST_VALID_MS)
    const manifest: Manifest = {
      schema: 1,
      deviceId: device.id,
      tier: device.tier,
      sequence: (last?.sequence ?? 0) + 1,
      issuedAt: now.toISOString(),
      expiresAt: expiresAt.toISOString(),
      deployment: wanted.deployment,
      edges: [...wanted.edges],
    }
    const jws = await signer.sign(manifest)
    const { sequence } = manifest
    const deploymentId = wanted.deployment?.id ?? null
    return {
      deviceId: device.id,
      sequence,
      deploymentId,
      digest: digestOf(jws),
      content,
      jws,
      issuedAt: now,
      expiresAt,
    }
  })
}
