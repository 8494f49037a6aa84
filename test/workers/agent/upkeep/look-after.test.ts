// What a device does with what its disk, its memory and its function have become: it mends, makes room, goes back, and
// says so; whatever served before serves on.

import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { digestOf } from '#platform/artifact-store.ts'
import { readState } from '#workers/agent/state.ts'
import { artifactsOf } from '#workers/agent/update/plan.ts'
import { DEFAULT_LIMITS } from '#workers/agent/upkeep/limits.ts'
import type { Scene } from '../crash/crash-trial.ts'
import type { World } from '../crash/world.ts'
import { followRig, servingOf } from '../follow-rig.ts'

const rig = followRig()
const { boot, lastMessage, told } = rig
let world: World
let scene: Scene
let home: string
beforeEach(() => {
  ;({ world, scene, home } = rig)
})

describe('an artifact that changed on disk', () => {
  const roles = ['model', 'labels', 'router', 'function'] as const
  const refOf = (deployment: Scene['old'], role: (typeof roles)[number]) =>
    ({
      model: deployment.local.file,
      labels: deployment.local.labels,
      router: deployment.router.file,
      function: deployment.function.file,
    })[role]

  test.each(roles)(
    'the %s of what serves: it serves on from memory, and the file is mended',
    async (role) => {
      world.jws = undefined
      const device = await boot()
      const ref = refOf(scene.old, role)
      const bytes = await readFile(device.store.path(ref.digest))
      bytes[bytes.length >> 1]! ^= 1
      await writeFile(device.store.path(ref.digest), bytes)
      await device.step()
      expect(await device.store.isIntact(ref)).toBe(true)
      expect(servingOf(device)).toBe(scene.old.id)
      expect(lastMessage()).toContain(ref.digest)
      expect(device.generations.log).toEqual([`start ${scene.old.id}`, `switch ${scene.old.id}`])
    },
  )

  test.each(['model', 'router', 'function'] as const)(
    'the %s of what should boot: the previous boots, and the current comes back without a manifest',
    async (role) => {
      world.jws = undefined
      const { store } = await boot()
      await writeFile(store.path(refOf(scene.old, role).digest), 'noise')
      const alone = await boot({ url: undefined })
      expect(servingOf(alone)).toBe('dep-1')
      const device = await boot()
      await device.step()
      expect(servingOf(device)).toBe(scene.old.id)
      expect(told()).toContain('cannot boot a deployment from disk')
    },
  )

  test('of the previous deployment is mended too, also by a device whose manifest has expired', async () => {
    const stored = (await readState(home)).state.previous!
    expect(stored).not.toBeNull()
    world.jws = undefined
    const device = await boot()
    await rm(device.store.path(refOf(world.deployment(1), 'model').digest))
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 100 * 24 * 3_600_000 })
    await device.step()
    expect(await device.store.isIntact(refOf(world.deployment(1), 'model'))).toBe(true)
  })
})

test('an edge device that restarts serves the new half and keeps the one before beside it', async () => {
  for (const name of ['state', 'seen'])
    for (const copy of ['', '.backup']) await rm(path.join(home, `${name}${copy}.json`), { force: true })
  const device = await boot({ tier: 'edge' })
  for (const [i, deployment] of [scene.old, scene.wanted].entries()) {
    world.jws = await world.sign({ sequence: 5 + i, tier: 'edge', deployment })
    await device.step()
  }
  const again = await boot({ tier: 'edge', url: undefined })
  expect(again.generations.running().map(({ id }) => id)).toEqual([scene.wanted.id, scene.old.id])
  expect(servingOf(again)).toBe(scene.wanted.id)
})

describe('a device with little room', () => {
  test('on disk refuses before it fetches, names the figures, and serves on', async () => {
    world.jws = scene.wantedJws
    const device = await boot({ limits: { ...DEFAULT_LIMITS, diskBudgetBytes: 250_000 } })
    world.asked.length = 0
    await expect(device.step()).rejects.toMatchObject({ name: 'NoRoom' })
    expect(world.asked).toEqual([])
    expect(lastMessage()).toMatch(/needs \d+ bytes on disk, \d+ bytes are free/)
    expect(servingOf(device)).toBe(scene.old.id)
    expect(await device.store.isIntact(scene.old.local.file)).toBe(true)
  })

  test('in memory stops the old one first, says so, and keeps both on disk', async () => {
    world.jws = scene.wantedJws
    const device = await boot({ limits: { ...DEFAULT_LIMITS, generationsMax: 1 } })
    await device.step()
    expect(device.generations.log.slice(2)).toEqual([
      'stop all',
      `start ${scene.wanted.id}`,
      `switch ${scene.wanted.id}`,
    ])
    expect(world.reports.some((r) => r.message.includes('stop before the new one starts'))).toBe(true)
    for (const ref of [scene.old, scene.wanted].flatMap((d) => artifactsOf(d, 'local')))
      expect(await device.store.isIntact(ref)).toBe(true)
  })

  test('in memory goes back to the old one where the new one does not start', async () => {
    world.jws = scene.wantedJws
    const device = await boot({ limits: { ...DEFAULT_LIMITS, generationsMax: 1 } })
    device.generations.broken.add(scene.wanted.id)
    await expect(device.step()).rejects.toThrow('does not start')
    expect(servingOf(device)).toBe(scene.old.id)
    expect(world.reports.at(-1)).toMatchObject({ state: 'failed', servingDeploymentId: scene.old.id })
  })
})

describe('a function that is given up', () => {
  test('brings the deployment before back, and every report says why until something new runs', async () => {
    world.jws = scene.wantedJws
    const device = await boot()
    await device.step()
    expect(servingOf(device)).toBe(scene.wanted.id)
    device.generations.giveUp(scene.wanted.id, 'died five times')
    await vi.waitFor(() => expect(servingOf(device)).toBe(scene.old.id))
    await device.step()
    const last = world.reports.at(-1)
    expect(last).toMatchObject({ state: 'failed', servingDeploymentId: scene.old.id, sequence: 3 })
    expect(last!.message).toContain(`${scene.wanted.id} is given up: died five times`)
    expect(device.generations.running().map(({ id }) => id)).toEqual([scene.old.id])
    world.jws = await world.sign({ sequence: 4, deployment: scene.old })
    await device.step()
    expect(world.reports.at(-1)).toMatchObject({ state: 'serving', sequence: 4, message: '' })
  })

  test('of a deployment that serves no longer changes nothing', async () => {
    world.jws = scene.wantedJws
    const device = await boot()
    await device.step()
    device.generations.giveUp(scene.old.id, 'late news')
    await device.step()
    expect(servingOf(device)).toBe(scene.wanted.id)
    expect(world.reports.at(-1)).toMatchObject({ state: 'serving' })
  })
})

test('what a crash left is collected once the control plane has nothing new', async () => {
  world.jws = undefined
  const device = await boot()
  await device.store.putBytes(Buffer.from('of a deployment that nobody knows'))
  await device.step()
  const kept = [world.deployment(1), scene.old]
    .flatMap((d) => artifactsOf(d, 'local'))
    .map((ref) => ref.digest)
  const left: string[] = []
  for await (const digest of device.store.digests()) left.push(digest)
  expect(left.sort()).toEqual([...new Set(kept)].sort())
  expect(left).not.toContain(digestOf('of a deployment that nobody knows'))
  expect(await readdir(home)).not.toContain('tmp')
})
