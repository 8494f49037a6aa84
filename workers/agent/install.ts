// Carries out a plan. Every step may fail: what ran before goes on running, and the state file names only what
// was started and checked.

import type { Deployment } from '#contract/deployment.ts'
import type { ArtifactRef } from '#contract/digest.ts'
import type { Manifest } from '#contract/manifest.ts'
import { ArtifactRefused, type ArtifactStore } from '#platform/artifact-store.ts'
import type { Generations } from '../serve/generations.ts'
import type { Offload } from '../serve/offload.ts'
import type { ControlClient } from './control-client.ts'
import { download } from './download.ts'
import { artifactsOf, plan, type Step } from './plan.ts'

export interface InstallPorts {
  readonly client: ControlClient
  readonly store: ArtifactStore
  readonly generations: Generations
  readonly offload: Offload
  readonly signal: AbortSignal
  /** Kept on disk beside the wanted one. */
  readonly fallback: Deployment | null
  /** Makes this manifest the one that the device boots with. */
  remember(): Promise<void>
}

export async function install(manifest: Manifest, ports: InstallPorts): Promise<void> {
  const { tier, deployment } = manifest
  const stored = new Set<string>()
  for (const ref of deployment ? artifactsOf(deployment, tier) : [])
    if (await isIntact(ports.store, ref)) stored.add(ref.digest)
  for (const step of plan(
    { tier, running: ports.generations.running(), stored, fallback: ports.fallback },
    manifest,
  ))
    await apply(step, manifest, ports)
}

/** Whole on disk and unchanged; what a bad card has changed is thrown away, so that it is fetched again. */
async function isIntact(store: ArtifactStore, ref: ArtifactRef): Promise<boolean> {
  if (!(await store.has(ref))) return false
  try {
    await store.readVerified(ref.digest)
    return true
  } catch (error) {
    if (!(error instanceof ArtifactRefused)) throw error
    await store.remove(ref.digest)
    return false
  }
}

async function apply(step: Step, manifest: Manifest, ports: InstallPorts): Promise<void> {
  switch (step.do) {
    case 'fetch':
      return download(ports, step.artifacts)
    case 'start':
      return ports.generations.start(step.deployment)
    case 'remember':
      return ports.remember()
    case 'switch':
      return switchTo(manifest.deployment!, manifest.edges, ports)
    case 'stop':
      return ports.generations.stop(step.deploymentId)
    case 'collect':
      return collect(ports.store, new Set(step.keep))
  }
}

export function switchTo(
  deployment: Deployment,
  edges: Manifest['edges'],
  ports: Pick<InstallPorts, 'generations' | 'offload'>,
): void {
  const url = edges[0]?.url
  const connectMs = deployment.policy.edgeConnectMs
  ports.offload.retarget(url === undefined ? undefined : { url, connectMs })
  ports.generations.switchTo(deployment.id)
}

async function collect(store: ArtifactStore, keep: ReadonlySet<string>): Promise<void> {
  for await (const digest of store.digests()) if (!keep.has(digest)) await store.remove(digest)
}
