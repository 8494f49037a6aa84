// A device with an old deployment on its disk, and a control plane that hands out what the test says: what the tests of
// following a manifest and of looking after a device start from.

import { cp } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, vi } from 'vitest'
import type { TempFolder } from '#test/harness/temp-folder.ts'
import { bootDevice, type CrashDevice, type DeviceOptions } from './crash/crash-device.ts'
import { type Scene, setScene } from './crash/crash-trial.ts'
import { fastFolder } from './crash/fast-folder.ts'
import { World } from './crash/world.ts'

export const servingOf = (device: CrashDevice) => device.generations.serving?.deployment.id

/** Set up anew before each test of the file that calls it. */
export class FollowRig {
  world!: World
  scene!: Scene
  home!: string
  #folder!: TempFolder

  async open(): Promise<void> {
    this.#folder = await fastFolder('follow')
    this.world = await World.open()
    this.scene = await setScene(this.world, this.#folder.path)
    this.home = path.join(this.#folder.path, 'home')
    await cp(this.scene.template, this.home, { recursive: true })
  }

  async close(): Promise<void> {
    vi.useRealTimers()
    await this.world[Symbol.asyncDispose]()
    await this.#folder[Symbol.asyncDispose]()
  }

  boot = (more: Partial<DeviceOptions> = {}) => bootDevice({ home: this.home, url: this.world.url, ...more })
  /** Of the newest report, and of all. */
  lastMessage = () => this.world.reports.at(-1)!.message
  told = () => this.world.reports.map(({ message }) => message).join('; ')
}

export function followRig(): FollowRig {
  const rig = new FollowRig()
  beforeEach(() => rig.open())
  afterEach(() => rig.close())
  return rig
}
