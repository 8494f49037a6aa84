// Deployments and manifests as a control plane would make them, with digests that tell artifacts apart.

import type { Deployment } from '#contract/deployment.ts'
import type { ArtifactRef } from '#contract/digest.ts'
import type { Manifest } from '#contract/manifest.ts'
import type { ModelRef } from '#contract/model.ts'
import { digestOf } from '#platform/artifact-store.ts'
import { tinyContract } from '#test/vision/tiny-model.ts'

/** An artifact whose bytes are its name. */
export const artifact = (name: string): ArtifactRef => ({
  digest: digestOf(name),
  sizeBytes: Buffer.byteLength(name),
})

const model = (name: string): ModelRef => ({
  id: name,
  name,
  file: artifact(`${name}.onnx`),
  contract: tinyContract(),
  labels: artifact('labels'),
})

/** Pairs share labels and function, and differ in models and router. */
export function deployment(version: number): Deployment {
  return {
    id: `dep-${version}`,
    version,
    local: model(`light-${version}`),
    edge: model(`heavy-${version}`),
    router: { id: `router-${version}`, version, kind: 'forest', file: artifact(`router-${version}`) },
    function: { id: 'fn', name: 'classify', version: 1, file: artifact('function') },
    policy: { edgeDeadlineMs: 2_000, edgeConnectMs: 250 },
  }
}

export function manifest(content: Partial<Manifest> = {}): Manifest {
  return {
    schema: 1,
    deviceId: 'dev-1',
    tier: 'local',
    sequence: 1,
    issuedAt: '2026-01-01T00:00:00.000Z',
    expiresAt: '2026-02-01T00:00:00.000Z',
    deployment: deployment(1),
    edges: [],
    ...content,
  }
}
