// From what the device runs and has to what its manifest wants, as data. The order is the safety: fetch before
// start, start beside the old, remember only what is healthy, switch, and only then let go of the old.
// The edge tier keeps the previous deployment running, because local devices ask for it until they follow.
//
// Where the memory does not hold one generation more (upkeep/memory-room.ts), what must make room is stopped before
// the start: of the edge tier's two the one that does not serve, and only then the one that does. Then nothing
// serves until the new one has started; where it cannot, the device boots the old one again from its state file,
// which names the new one only after it has started.

import type { Deployment } from '#contract/deployment.ts'
import type { ArtifactRef } from '#contract/digest.ts'
import type { Manifest } from '#contract/manifest.ts'
import type { Tier } from '#contract/tier.ts'

export interface Actual {
  readonly tier: Tier
  /** Running deployments, the one that serves first. */
  readonly running: readonly Deployment[]
  /** Digests that are whole on disk. */
  readonly stored: ReadonlySet<string>
  /** What the device boots where the current one fails; it may not be running. */
  readonly fallback?: Deployment | null
  /** Running deployments whose memory the wanted one needs. */
  readonly stopFirst?: ReadonlySet<string>
}

export type Step =
  | { readonly do: 'fetch'; readonly artifacts: readonly ArtifactRef[] }
  | { readonly do: 'start'; readonly deployment: Deployment }
  | { readonly do: 'remember' }
  | { readonly do: 'switch'; readonly deploymentId: string; readonly edges: Manifest['edges'] }
  | { readonly do: 'stop'; readonly deploymentId: string }
  | { readonly do: 'collect'; readonly keep: readonly string[] }

/** Everything that a tier needs to run a deployment; from an edge of others come classes as mere numbers. */
export function artifactsOf(
  deployment: Deployment,
  tier: Tier,
  edges: Manifest['edges'] = [],
): ArtifactRef[] {
  const model = tier === 'local' ? deployment.local : deployment.edge
  const refs = [model.file, model.labels, deployment.router.file, deployment.function.file]
  if (tier === 'local' && edges.some((edge) => edge.protocol === 'oip-v2')) refs.push(deployment.edge.labels)
  return [...new Map(refs.map((ref) => [ref.digest, ref])).values()]
}

/** Whatever its edges were: those of the deployment before are not looked up. */
export const artifactsToKeep = (deployment: Deployment, tier: Tier): ArtifactRef[] =>
  tier === 'local'
    ? [...artifactsOf(deployment, tier), deployment.edge.labels]
    : artifactsOf(deployment, tier)

export function plan(actual: Actual, wanted: Manifest): Step[] {
  const { deployment } = wanted
  if (!deployment) return [{ do: 'remember' }]
  const [serving] = actual.running
  const isRunning = actual.running.some((d) => d.id === deployment.id)
  const needed = artifactsOf(deployment, actual.tier, wanted.edges)
  const missing = needed.filter((ref) => !actual.stored.has(ref.digest))
  const steps: Step[] = []
  if (missing.length > 0) steps.push({ do: 'fetch', artifacts: missing })
  const stopFirst = isRunning ? new Set<string>() : (actual.stopFirst ?? new Set())
  for (const d of actual.running) if (stopFirst.has(d.id)) steps.push({ do: 'stop', deploymentId: d.id })
  if (!isRunning) steps.push({ do: 'start', deployment })
  steps.push({ do: 'remember' }, { do: 'switch', deploymentId: deployment.id, edges: wanted.edges })
  const previous = [serving, ...actual.running, actual.fallback].find((d) => d && d.id !== deployment.id)
  const stays = (d: Deployment) => d.id === deployment.id || (actual.tier === 'edge' && d.id === previous?.id)
  for (const d of actual.running)
    if (!stays(d) && !stopFirst.has(d.id)) steps.push({ do: 'stop', deploymentId: d.id })
  const keep = [deployment, ...(previous ? [previous] : [])].flatMap((d) => artifactsToKeep(d, actual.tier))
  steps.push({ do: 'collect', keep: [...new Set(keep.map((ref) => ref.digest))] })
  return steps
}
