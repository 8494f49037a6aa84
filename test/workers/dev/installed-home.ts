// The disk of a local worker that has served: enrolled, with a signed manifest and the artifacts of a deployment. What
// `tandem functions dev` reads; no worker runs.

import { generateKeyPairSync } from 'node:crypto'
import path from 'node:path'
import { CompactSign } from 'jose'
import type { Deployment } from '#contract/deployment.ts'
import { MANIFEST_JWS_TYPE } from '#contract/manifest.ts'
import { ArtifactStore } from '#platform/artifact-store.ts'
import { bundleFunction } from '#platform/bundle-function.ts'
import { manifest } from '#test/workers/agent/samples.ts'
import { ALWAYS_LOCAL, demoModel } from '#test/workers/front-door/front-door-rig.ts'
import { openIdentity } from '#workers/agent/identity.ts'
import { writeState } from '#workers/agent/state.ts'

const BUILT_IN = path.resolve(import.meta.dirname, '../../../functions/classify/classify.ts')

/** `home` is a TANDEM_HOME: the worker's own folder is below it. */
export async function installHome(home: string): Promise<Deployment> {
  const folder = path.join(home, 'devices/pi')
  const deployment = await putDeployment(new ArtifactStore(path.join(folder, 'artifacts')))
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const { x } = publicKey.export({ format: 'jwk' })
  const key = { kty: 'OKP' as const, crv: 'Ed25519' as const, x: x!, kid: 'test' }
  const identity = await openIdentity(folder)
  await identity.remember({
    deviceId: 'dev-1',
    name: 'pi',
    manifestKeys: [key],
  })
  const payload = new TextEncoder().encode(JSON.stringify(manifest({ deployment })))
  const jws = await new CompactSign(payload)
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid, typ: MANIFEST_JWS_TYPE })
    .sign(privateKey)
  await writeState(folder, { current: { jws, etag: '"1"' }, previous: null, sequence: 1 })
  return deployment
}

async function putDeployment(store: ArtifactStore): Promise<Deployment> {
  const put = (text: string) => store.putBytes(Buffer.from(text))
  const { file, contract, labels } = await demoModel('mobilenet_v1')
  const ref = { file: await store.putBytes(file), contract, labels: await put(JSON.stringify(labels)) }
  return {
    id: 'dep-1',
    version: 1,
    local: { id: 'light', name: 'light', ...ref },
    edge: { id: 'heavy', name: 'heavy', ...ref },
    router: { id: 'router', version: 1, kind: 'always-local', file: await put(JSON.stringify(ALWAYS_LOCAL)) },
    function: { id: 'fn', name: 'classify', version: 1, file: await put(await bundleFunction(BUILT_IN)) },
    policy: { edgeDeadlineMs: 2_000, edgeConnectMs: 250 },
  }
}
