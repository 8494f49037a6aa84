// What a device should run now, and the signed manifest that says so.
//
// The pair is atomic across the tiers: an edge device is told first, a local device only when an edge device of its
// group runs its half, or an external edge was declared for it. Until then the local one keeps what it has, whose edge half the edge devices keep running
// beside the new one. Computed at every poll from rows alone, so no crash can strand it.
//
// While a staged rollout is under way a group runs two deployments: the devices that its stages have reached the
// next one, all others the current one. The edge devices must run both, but a manifest names one: they are led from
// the current one to the next and keep the current one as their previous. An edge device that serves neither (it was
// just enrolled, or another rollout was replaced) is therefore told the current one first.

import type { Deployment } from '#contract/deployment.ts'
import type { EdgePlace, Manifest } from '#contract/manifest.ts'
import type { DeviceRow } from '#db/queries/devices.ts'
import { type ManifestRow, nextManifest } from '#db/queries/manifests.ts'
import { isToRun } from '#db/queries/rollouts/observe.ts'
import { digestOf } from '#platform/artifact-store.ts'
import type { ManifestSigner } from '../manifest-signer.ts'
import { declaredEdges, edgesRunning, keptBeside } from './live-edges.ts'
import type { PollRows } from './polls/poll-rows.ts'

const MANIFEST_VALID_MS = 30 * 24 * 3_600_000

interface Wanted {
  readonly deployment: Deployment | null
  readonly edges: readonly EdgePlace[]
}

const NOTHING: Wanted = { deployment: null, edges: [] }

async function wantedFor(rows: PollRows, device: DeviceRow, last: ManifestRow | undefined): Promise<Wanted> {
  const [rolling, here] = await Promise.all([rows.rolling(device.groupName), rows.current(device.groupName)])
  const next = rolling && isToRun(rolling.rollout, device) ? rolling.deployment.document : undefined
  const current = here?.deployment.document
  if (device.tier === 'edge')
    return { deployment: (await forEdge(rows, device, { current, next })) ?? null, edges: [] }
  // A device that runs neither goes by way of the current one, as its edge devices do.
  for (const deployment of [next, current]) {
    const edges = deployment ? await edgesRunning(rows, device.groupName, deployment.id) : []
    if (deployment && edges.length > 0) return { deployment, edges }
  }
  return kept(rows, device, last)
}

async function forEdge(
  rows: PollRows,
  device: DeviceRow,
  { current, next }: { current: Deployment | undefined; next: Deployment | undefined },
): Promise<Deployment | undefined> {
  const wanted = next ?? current
  const serving = device.report?.servingDeploymentId ?? null
  if (!wanted || serving === wanted.id) return wanted
  if (!next) return (await keptForOthers(rows, device, wanted.id)) ?? wanted
  if (!current) return next
  // Those that run what a replaced rollout has left here are on their way to the current one.
  if (serving === current.id) return (await isBesideInUse(rows, device, next.id)) ? current : next
  // One that no local device runs needs no edge half, and may be the broken one that `next` is to replace.
  return (await rows.isServedLocally(device.groupName, current.id)) ? current : next
}

async function isBesideInUse(rows: PollRows, edge: DeviceRow, wantedId: string): Promise<boolean> {
  const beside = await keptBeside(rows, edge)
  return beside !== undefined && beside !== wantedId && rows.isServedLocally(edge.groupName, beside)
}

/**
 * Where promotions follow each other faster than local devices do, these still run what the edge device keeps beside
 * and would now let go: it goes back to that one first.
 */
async function keptForOthers(
  rows: PollRows,
  edge: DeviceRow,
  wantedId: string,
): Promise<Deployment | undefined> {
  const serving = edge.report?.servingDeploymentId ?? null
  if (serving === null || (await rows.isServedLocally(edge.groupName, serving))) return undefined
  if (!(await isBesideInUse(rows, edge, wantedId))) return undefined
  return (await rows.deployment((await keptBeside(rows, edge))!))?.document
}

/** What the device was told last, where nothing newer is live. */
async function kept(rows: PollRows, device: DeviceRow, last: ManifestRow | undefined): Promise<Wanted> {
  const told = last
    ? (JSON.parse(last.content) as { deploymentId: string | null; edges: EdgePlace[] })
    : undefined
  if (!told || told.deploymentId === null) return NOTHING
  // An edge that was revoked must get no more images, even where there is no other.
  const trusted = new Set((await rows.edges(device.groupName)).map((e) => e.url))
  const isTrusted = ({ url, protocol }: EdgePlace) => protocol === undefined && trusted.has(url)
  const declared = await declaredEdges(rows, device.groupName, told.deploymentId)
  return {
    deployment: (await rows.deployment(told.deploymentId))!.document,
    edges: [...told.edges.filter(isTrusted), ...declared],
  }
}

/** Keys are part of it only while there are several: a change of keys must reach devices that change nothing else. */
function contentOf(wanted: Wanted, { publicKeys }: Pick<ManifestSigner, 'publicKeys'>): string {
  const keys = publicKeys.length > 1 ? { keys: publicKeys.map((key) => key.kid) } : {}
  return JSON.stringify({ deploymentId: wanted.deployment?.id ?? null, edges: wanted.edges, ...keys })
}

const isFresh = (row: ManifestRow, now: Date): boolean =>
  row.expiresAt.getTime() - now.getTime() > MANIFEST_VALID_MS / 2

/** The device's manifest: the last one while its content holds and is not near expiry, else a new sequence. */
export async function manifestFor(
  { rows, signer }: { readonly rows: PollRows; readonly signer: Pick<ManifestSigner, 'publicKeys' | 'sign'> },
  device: DeviceRow,
  now: Date,
): Promise<ManifestRow> {
  return nextManifest(rows.manifests, device.id, async (last) => {
    const wanted = await wantedFor(rows, device, last)
    const content = contentOf(wanted, signer)
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
      manifestKeys: [...signer.publicKeys],
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
