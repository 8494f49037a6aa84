// Two deployments, the manifests that order them, and a control plane that has nothing else, over real HTTP. Every
// artifact says what it is and of which deployment, so that a mix of two shows.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { CompactSign, exportJWK, generateKeyPair } from 'jose'
import type { DecisionRecord } from '#contract/decision.ts'
import type { Deployment } from '#contract/deployment.ts'
import { type DeviceReport, type PinnedKey, PublicKey } from '#contract/device-api.ts'
import type { ArtifactRef } from '#contract/digest.ts'
import { MANIFEST_JWS_TYPE, type Manifest } from '#contract/manifest.ts'
import { digestOf } from '#platform/artifact-store.ts'
import { tinyContract } from '#test/vision/tiny-model.ts'

export interface SigningKey {
  readonly pinned: PinnedKey
  sign(payload: string, header?: Record<string, unknown>): Promise<string>
}

export async function makeSigningKey(kid: string): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true })
  return {
    pinned: { ...PublicKey.parse(await exportJWK(publicKey)), kid },
    sign: (payload, header = {}) =>
      new CompactSign(new TextEncoder().encode(payload))
        .setProtectedHeader({ alg: 'EdDSA', typ: MANIFEST_JWS_TYPE, kid, ...header })
        .sign(privateKey),
  }
}

export const DEVICE_ID = 'dev_crash'
/** Several chunks on the way, and still quick. */
const MODEL_BYTES = 96 * 1024

export class World implements AsyncDisposable {
  readonly artifacts = new Map<string, Buffer>()
  readonly reports: DeviceReport[] = []
  readonly decisions = new Map<number, DecisionRecord>()
  /** Requests for artifacts, `digest range`. */
  readonly asked: string[] = []
  /** What the control plane says; undefined: 304 whatever is asked. */
  jws: string | undefined
  /** How long a poll without news takes. */
  pollMs = 0
  key!: SigningKey
  url = ''
  readonly #server: Server = createServer((request, response) => void this.#answer(request, response))

  static async open(): Promise<World> {
    const world = new World()
    world.key = await makeSigningKey('first')
    await new Promise<void>((resolve) => world.#server.listen(0, '127.0.0.1', resolve))
    world.url = `http://127.0.0.1:${(world.#server.address() as AddressInfo).port}`
    return world
  }

  put(content: string | Uint8Array): ArtifactRef {
    const bytes = Buffer.from(content)
    const ref = { digest: digestOf(bytes), sizeBytes: bytes.length }
    this.artifacts.set(ref.digest, bytes)
    return ref
  }

  /** Of artifacts that name it; the two share their labels. */
  deployment(version: number): Deployment {
    const part = (role: string, padding = 0) =>
      this.put(`${role} of ${version}\n${String(version).repeat(padding)}`)
    const model = (name: string) => ({
      id: `${name}-${version}`,
      name,
      file: part(name, MODEL_BYTES),
      contract: tinyContract(),
      labels: this.put('labels of all'),
    })
    return {
      id: `dep-${version}`,
      version,
      local: model('light'),
      edge: model('heavy'),
      router: { id: `router-${version}`, version, kind: 'forest', file: part('router') },
      function: { id: `fn-${version}`, name: 'classify', version, file: part('function') },
      policy: { edgeDeadlineMs: 2_000, edgeConnectMs: 250 },
    }
  }

  manifest(content: Partial<Manifest> = {}): Manifest {
    const now = Date.now()
    return {
      schema: 1,
      deviceId: DEVICE_ID,
      tier: 'local',
      sequence: 1,
      issuedAt: new Date(now - 60_000).toISOString(),
      expiresAt: new Date(now + 3_600_000).toISOString(),
      deployment: null,
      edges: [],
      ...content,
    }
  }

  sign(content: Partial<Manifest> = {}): Promise<string> {
    return this.key.sign(JSON.stringify(this.manifest(content)))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url!, this.url)
    const what = pathname.slice('/device/v1/'.length)
    if (what === 'manifest') return void this.#answerManifest(request, response)
    if (what.startsWith('artifacts/')) return this.#answerArtifact(request, response)
    let body = ''
    for await (const chunk of request) body += chunk
    if (what === 'report') {
      this.reports.push(JSON.parse(body) as DeviceReport)
      response.writeHead(204).end()
    } else if (what === 'decisions') {
      for (const record of (JSON.parse(body) as { decisions: DecisionRecord[] }).decisions)
        if (!this.decisions.has(record.sequence)) this.decisions.set(record.sequence, record)
      response.end(JSON.stringify({ upTo: Math.max(0, ...this.decisions.keys()) }))
    } else response.writeHead(404).end()
  }

  async #answerManifest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const etagOf = () => (this.jws === undefined ? undefined : `"${digestOf(this.jws)}"`)
    if (etagOf() === request.headers['if-none-match']) await sleep(this.pollMs)
    const etag = etagOf()
    if (!etag || request.headers['if-none-match'] === etag) response.writeHead(304).end()
    else response.writeHead(200, { etag }).end(this.jws)
  }

  /** In two pieces, so that a download can be struck in its middle. */
  async #answerArtifact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const digest = decodeURIComponent(request.url!.split('/').at(-1)!)
    const { range } = request.headers
    this.asked.push(`${digest} ${range ?? ''}`)
    const bytes = this.artifacts.get(digest)
    if (!bytes) return void response.writeHead(404).end()
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0)
    const rest = bytes.subarray(start)
    if (start > 0)
      response.writeHead(206, { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` })
    response.write(rest.subarray(0, rest.length >> 1))
    await new Promise((resolve) => setImmediate(resolve))
    response.end(rest.subarray(rest.length >> 1))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }
}
