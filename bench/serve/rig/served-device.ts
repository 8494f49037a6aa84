// A local worker as a process of its own that serves a deployment from its disk: enrolled, with a signed manifest and
// all artifacts, as if it had been promoted to it before. Only the public door is used: the process's own entry, its
// environment and HTTP. The control plane is a quiet one (quiet-plane.ts).

import { generateKeyPairSync } from 'node:crypto'
import path from 'node:path'
import { CompactSign } from 'jose'
import type { Deployment } from '#contract/deployment.ts'
import { MANIFEST_JWS_TYPE, type Manifest } from '#contract/manifest.ts'
import type { ModelContract } from '#contract/model.ts'
import type { RouterDocument } from '#contract/router.ts'
import { ArtifactStore } from '#platform/artifact-store.ts'
import { bundleFunction } from '#platform/bundle-function.ts'
import { Process } from '#test/harness/process.ts'
import { tempFolder } from '#test/harness/temp-folder.ts'
import { until } from '#test/harness/until.ts'
import { openIdentity } from '#workers/agent/identity.ts'
import { writeState } from '#workers/agent/state.ts'
import { processTree, type TreeProcess } from './process-tree.ts'
import { quietPlane } from './quiet-plane.ts'

const BUILT_IN = path.resolve(import.meta.dirname, '../../../functions/classify/classify.ts')
const ALWAYS_LOCAL: RouterDocument = { schema: 1, kind: 'always-local', threshold: 2 }
const DEVICE_ID = 'dev-1'
const READY_MAX_MS = 30_000

export interface ServedModel {
  readonly name: string
  readonly file: Uint8Array
  readonly contract: ModelContract
  readonly labels: readonly string[]
}

export interface DeviceSpec {
  readonly model: ServedModel
  /** `always-local` where it is left out: no features, no edge. */
  readonly router?: RouterDocument
  readonly env?: Readonly<Record<string, string>>
  /** For node itself, before the worker's entry. */
  readonly nodeArgs?: readonly string[]
}

export interface ServedDevice extends AsyncDisposable {
  readonly url: string
  readonly process: Process
  /** The worker and all below it. */
  tree(): Promise<TreeProcess[]>
}

export async function servedDevice({ model, router, env, nodeArgs }: DeviceSpec): Promise<ServedDevice> {
  const folder = await tempFolder('served')
  const plane = await quietPlane()
  await installHome(path.join(folder.path, 'devices/pi'), model, router ?? ALWAYS_LOCAL)
  const worker = new Process({
    entry: 'workers/pi/main.ts',
    nodeArgs: nodeArgs ?? [],
    env: {
      TANDEM_HOME: folder.path,
      TANDEM_CONTROL_URL: plane.url,
      TANDEM_PI_PORT: '0',
      TANDEM_ENERGY_METER: 'model',
      LOG_LEVEL: 'warn',
      ...env,
    },
  })
  const stop = async () => {
    if (worker.isAlive) await worker.stop()
    await plane[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  }
  try {
    const url = await worker.ready()
    await until('the worker serves', async () => (await fetch(`${url}/readyz`)).ok, READY_MAX_MS)
    return { url, process: worker, tree: () => processTree(worker.pid), [Symbol.asyncDispose]: stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function installHome(home: string, model: ServedModel, router: RouterDocument): Promise<void> {
  const deployment = await putDeployment(new ArtifactStore(path.join(home, 'artifacts')), model, router)
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const { x } = publicKey.export({ format: 'jwk' })
  const key = { kty: 'OKP' as const, crv: 'Ed25519' as const, x: x!, kid: 'bench' }
  const identity = await openIdentity(home)
  await identity.remember({ deviceId: DEVICE_ID, name: 'pi', manifestKeys: [key] })
  const manifest: Manifest = {
    schema: 1,
    deviceId: DEVICE_ID,
    tier: 'local',
    sequence: 1,
    // Expiry blocks installing, not serving; it is in the past wherever clocks stand.
    issuedAt: '2026-01-01T00:00:00.000Z',
    expiresAt: '2026-02-01T00:00:00.000Z',
    deployment,
    edges: [],
  }
  const jws = await new CompactSign(new TextEncoder().encode(JSON.stringify(manifest)))
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid, typ: MANIFEST_JWS_TYPE })
    .sign(privateKey)
  await writeState(home, { current: { jws, etag: '"1"' }, previous: null, sequence: 1 })
}

async function putDeployment(
  store: ArtifactStore,
  { name, file, contract, labels }: ServedModel,
  router: RouterDocument,
): Promise<Deployment> {
  const put = (text: string) => store.putBytes(Buffer.from(text))
  const ref = { name, file: await store.putBytes(file), contract, labels: await put(JSON.stringify(labels)) }
  return {
    id: 'dep-1',
    version: 1,
    local: { id: 'light', ...ref },
    edge: { id: 'heavy', ...ref },
    router: { id: 'router', version: 1, kind: router.kind, file: await put(JSON.stringify(router)) },
    function: { id: 'fn', name: 'classify', version: 1, file: await put(await bundleFunction(BUILT_IN)) },
    policy: { edgeDeadlineMs: 2_000, edgeConnectMs: 250 },
  }
}
