// Two control planes as processes of their own, on one database and one folder, behind a dumb proxy; and a control rig
// that talks to whichever the proxy gives it, as devices and people in the field do.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { openLink } from '#admin/client/link/open-link.ts'
import type { Context } from '#admin/context.ts'
import { openManifestSigner } from '#admin/manifest-signer.ts'
import { connect, type Database } from '#db/connect.ts'
import { digestOf } from '#platform/artifact-store.ts'
import type { Control } from '#test/admin/control-rig.ts'
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts'
import { freePort } from '#test/harness/free-port.ts'
import { Process } from '#test/harness/process.ts'
import { openTcpProxy, type TcpProxy } from '#test/harness/tcp-proxy.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'

export type PlaneName = 'a' | 'b'

/** A control plane is back, or another one answers, well within this. */
const AWAY_MAX_MS = 15_000

export class TwoPlanes implements AsyncDisposable {
  readonly #folder: TempFolder
  readonly #test: TestDatabase
  readonly #ports: Record<PlaneName, number>
  readonly #processes = new Map<PlaneName, Process>()
  readonly database: Database
  readonly proxy: TcpProxy
  key = ''

  private constructor(places: {
    folder: TempFolder
    test: TestDatabase
    ports: Record<PlaneName, number>
    proxy: TcpProxy
  }) {
    this.#folder = places.folder
    this.#test = places.test
    this.#ports = places.ports
    this.proxy = places.proxy
    this.database = connect(places.test.url)
  }

  static async start(): Promise<TwoPlanes> {
    const [folder, test] = [await tempFolder('replicas'), await createTestDatabase()]
    const ports = { a: await freePort(), b: await freePort() }
    const proxy = await openTcpProxy([ports.a, ports.b])
    const planes = new TwoPlanes({ folder, test, ports, proxy })
    // The first start makes the keys that both use.
    await planes.startPlane('a')
    await planes.startPlane('b')
    planes.key = (await readFile(path.join(folder.path, 'admin.key'), 'utf8')).trim()
    return planes
  }

  url(name: PlaneName): string {
    return `http://127.0.0.1:${this.#ports[name]}`
  }

  async startPlane(name: PlaneName): Promise<void> {
    const env = {
      TANDEM_HOME: this.#folder.path,
      TANDEM_PORT: String(this.#ports[name]),
      DATABASE_URL: this.#test.url,
      LOG_LEVEL: 'warn',
    }
    const plane = new Process({ entry: 'admin/main.ts', env })
    this.#processes.set(name, plane)
    await plane.ready()
  }

  kill(name: PlaneName) {
    return this.#processes.get(name)!.kill()
  }

  pid(name: PlaneName): number {
    return this.#processes.get(name)!.pid
  }

  output(name: PlaneName): string {
    return this.#processes.get(name)!.output
  }

  client(url = this.proxy.url, token = this.key) {
    return openLink({ url, headers: { authorization: `Bearer ${token}` } })
  }

  get home(): string {
    return this.#folder.path
  }

  /** What rigs of simulated devices need of a control plane, by way of the proxy. */
  async control(): Promise<Control> {
    const ctx = { db: this.database.db, signer: await openManifestSigner(this.#folder.path) }
    const request = (pathname: string, init?: RequestInit) => this.#request(pathname, init)
    const rig: Partial<Control> = {
      ctx: ctx as Context,
      database: this.database,
      admin: this.client(),
      request,
      put: async (content) => {
        const bytes = Buffer.from(content)
        const digest = digestOf(bytes)
        const headers = { authorization: `Bearer ${this.key}` }
        const answer = await request(`/artifacts/${digest}`, { method: 'PUT', headers, body: bytes })
        if (answer.status !== 201) throw new Error(`upload ended with ${answer.status}`)
        return digest
      },
    }
    return rig as Control
  }

  /** As devices do: what was lost with a connection is sent again. */
  async #request(pathname: string, init?: RequestInit): Promise<Response> {
    for (const began = performance.now(); ; ) {
      try {
        return await fetch(`${this.proxy.url}${pathname}`, init)
      } catch (error) {
        if (performance.now() - began > AWAY_MAX_MS) throw error
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const plane of this.#processes.values()) await plane[Symbol.asyncDispose]()
    await this.proxy[Symbol.asyncDispose]()
    await this.database.close()
    await this.#test.drop()
    await this.#folder[Symbol.asyncDispose]()
  }
}
