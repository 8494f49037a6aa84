// Carries out a plan. Every step may fail: what ran before goes on running, and the state file names only what
// was started and checked.

import type { Deployment } from '#contract/deployment.ts'
import type { ArtifactRef } from '#contract/digest.ts'
import type { Manifest } from '#contract/manifest.ts'
import type { ArtifactStore } from '#platform/artifact-store.ts'
import type { FunctionDriver } from '../host/function-host.ts'
import type { Offload } from '../serve/offload/offload.ts'
import { download, type Line } from './download.ts'
import { artifactsOf, artifactsToKeep, plan, type Step } from './update/plan.ts'
import { collect } from './upkeep/collect.ts'
import { makeRoom, type RoomPorts } from './upkeep/disk-room.ts'

/** What the agent needs of `Generations`. */
export interface GenerationsPort {
  readonly driver: FunctionDriver
  readonly serving: { readonly deployment: Deployment } | undefined
  /** The serving one first. */
  running(): Deployment[]
  start(deployment: Deployment): Promise<void>
  switchTo(deploymentId: string): void
  /** Does nothing for the one that serves. */
  stop(deploymentId: string): Promise<void>
  /** Also the one that serves; others may be started afterwards. */
  stopAll(): Promise<void>
  /** Tells once of a generation whose function is given up. */
  onFunctionFailed?(listener: (deploymentId: string, reason: string) => void): () => void
}

export interface InstallPorts extends Line, RoomPorts {
  readonly generations: GenerationsPort
  readonly offload: Pick<Offload, 'retarget'>
  /** Kept on disk beside the wanted one. */
  readonly fallback: Deployment | null
  /** Whatever else goes, these stay on disk until the wanted one serves. */
  readonly kept: readonly Deployment[]
  /** Deployments that must make room in memory. */
  readonly stopFirst: ReadonlySet<string>
  start(deployment: Deployment): Promise<void>
  /** Makes this manifest the one that the device boots with. */
  remember(): Promise<void>
}

export async function install(manifest: Manifest, ports: InstallPorts): Promise<void> {
  const { tier, deployment, edges } = manifest
  const stored = new Set<string>()
  for (const ref of deployment ? artifactsOf(deployment, tier, edges) : [])
    if (await isIntact(ports.store, ref)) stored.add(ref.digest)
  const { fallback, stopFirst } = ports
  const running = ports.generations.running()
  for (const step of plan({ tier, running, stored, fallback, stopFirst }, manifest))
    await apply(step, manifest, ports)
}

/** Whole on disk and unchanged; what a bad card has changed is thrown away, so that it is fetched again. */
export async function isIntact(store: ArtifactStore, ref: ArtifactRef): Promise<boolean> {
  if (await store.isIntact(ref)) return true
  if ((await store.size(ref.digest)) !== undefined) await store.remove(ref.digest)
  return false
}

async function apply(step: Step, manifest: Manifest, ports: InstallPorts): Promise<void> {
  switch (step.do) {
    case 'fetch':
      await makeRoom(step.artifacts, digestsToKeep(manifest, ports), ports)
      return download(ports, step.artifacts)
    case 'start':
      return ports.start(step.deployment)
    case 'remember':
      return ports.remember()
    case 'switch':
      return switchTo(manifest.deployment!, manifest.edges, ports)
    case 'stop':
      return stop(step.deploymentId, ports.generations)
    case 'collect':
      return collect(ports.store, new Set(step.keep))
  }
}

function digestsToKeep({ deployment, tier }: Manifest, { kept }: InstallPorts): Set<string> {
  const all = deployment ? [deployment, ...kept] : kept
  return new Set(all.flatMap((d) => artifactsToKeep(d, tier)).map((ref) => ref.digest))
}

/** The one that serves is stopped only by a plan that stops all. */
async function stop(deploymentId: string, generations: GenerationsPort): Promise<void> {
  if (generations.serving?.deployment.id === deploymentId) await generations.stopAll()
  else await generations.stop(deploymentId)
}

export function switchTo(
  deployment: Deployment,
  edges: Manifest['edges'],
  ports: Pick<InstallPorts, 'generations' | 'offload'>,
): void {
  const connectMs = deployment.policy.edgeConnectMs
  ports.offload.retarget(edges.map((edge) => ({ ...edge, connectMs })))
  ports.generations.switchTo(deployment.id)
}
