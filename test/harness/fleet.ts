// A control plane and two devices as processes of their own, in one temporary folder, with the database that a
// test brings. Devices listen on whatever port is free and are found by their manifest, as in the field; the
// control plane keeps its port, since that is all a device knows.

import { existsSync } from 'node:fs'
import path from 'node:path'
import { type Api, openApi } from '#admin/client/api.ts'
import type { Tier } from '#contract/tier.ts'
import { readDeviceConfig } from '#workers/config.ts'
import { freePort } from './free-port.ts'
import { Process } from './process.ts'
import { processesWith } from './process-table.ts'
import { type TempFolder, tempFolder } from './temp-folder.ts'

const TIERS: Record<DeviceName, Tier> = { pi: 'local', tx2: 'edge' }
export type DeviceName = 'pi' | 'tx2'

export class Fleet implements AsyncDisposable {
  readonly #folder: TempFolder
  readonly #databaseUrl: string
  readonly #controlPort: number
  readonly #settings: Record<string, string>
  readonly #processes = new Map<string, Process>()
  readonly #urls = new Map<DeviceName, string>()
  #api: Api | undefined

  private constructor(
    places: { folder: TempFolder; databaseUrl: string; controlPort: number },
    settings: Record<string, string>,
  ) {
    this.#folder = places.folder
    this.#databaseUrl = places.databaseUrl
    this.#controlPort = places.controlPort
    this.#settings = settings
  }

  /** `settings`: of all processes, beside those that the harness makes. */
  static async create(databaseUrl: string, settings: Record<string, string> = {}): Promise<Fleet> {
    const [folder, controlPort] = [await tempFolder('fleet'), await freePort()]
    return new Fleet({ folder, databaseUrl, controlPort }, settings)
  }

  get api(): Api {
    return this.#api!
  }

  get controlUrl(): string {
    return `http://127.0.0.1:${this.#controlPort}`
  }

  get home(): string {
    return this.#folder.path
  }

  deviceHome(name: DeviceName): string {
    return path.join(this.home, 'devices', name)
  }

  process(name: DeviceName | 'control'): Process {
    return this.#processes.get(name)!
  }

  url(name: DeviceName): string {
    return this.#urls.get(name)!
  }

  async startControl(): Promise<void> {
    const env = { ...this.#env, TANDEM_PORT: String(this.#controlPort), DATABASE_URL: this.#databaseUrl }
    const control = new Process({ entry: 'admin/main.ts', env })
    this.#processes.set('control', control)
    this.#api = await openApi({ url: await control.ready(), home: this.home })
  }

  /** With a one-time code where the device is new. */
  async startDevice(name: DeviceName): Promise<void> {
    const isNew = !existsSync(path.join(this.deviceHome(name), 'identity.json'))
    const { code } = isNew
      ? await this.api.trpc.devices.createEnrolment.mutate({ name, tier: TIERS[name] })
      : { code: undefined }
    const env = { ...this.#env, ...(code === undefined ? {} : { TANDEM_ENROL_CODE: code }) }
    const device = new Process({ entry: `workers/${name}/main.ts`, env })
    this.#processes.set(name, device)
    this.#urls.set(name, await device.ready())
  }

  get #env() {
    return {
      TANDEM_HOME: this.home,
      TANDEM_CONTROL_URL: `http://127.0.0.1:${this.#controlPort}`,
      TANDEM_PI_PORT: '0',
      TANDEM_TX2_PORT: '0',
      TANDEM_ENERGY_METER: 'model',
      ...this.#settings,
    }
  }

  /** What a device's sockets and functions live in. */
  runFolder(name: DeviceName): string {
    return readDeviceConfig(TIERS[name], this.#env).runFolder
  }

  /** Processes, function hosts among them, and folders that are still there. */
  async leftovers(): Promise<string[]> {
    const names = ['pi', 'tx2'] as const
    const texts = [this.home, ...names.map((name) => this.runFolder(name))]
    const found = await Promise.all(texts.map(processesWith))
    return [
      ...found.flat().map((p) => p.command),
      ...names.map((name) => this.runFolder(name)).filter(existsSync),
    ]
  }

  async stop(): Promise<Record<string, number | NodeJS.Signals>> {
    const ends: Record<string, number | NodeJS.Signals> = {}
    for (const [name, process] of [...this.#processes].reverse()) ends[name] = await process.stop()
    return ends
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of this.#processes.values()) await process[Symbol.asyncDispose]()
    await this.#folder[Symbol.asyncDispose]()
  }
}
