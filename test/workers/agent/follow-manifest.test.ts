// What a device does with what it is told and with what its disk has become: everything that is wrong is refused and
// reported, and whatever served before serves on.

import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Manifest } from '#contract/manifest.ts'
import { MANIFEST_MAX_BYTES } from '#contract/manifest.ts'
import { digestOf } from '#platform/artifact-store.ts'
import type { TempFolder } from '#test/harness/temp-folder.ts'
import { readState } from '#workers/agent/state.ts'
import { artifactsOf } from '#workers/agent/update/plan.ts'
import { DEFAULT_LIMITS } from '#workers/agent/upkeep/limits.ts'
import { bootDevice, type CrashDevice, type DeviceOptions } from './crash/crash-device.ts'
import { type Scene, setScene } from './crash/crash-trial.ts'
import { fastFolder } from './crash/fast-folder.ts'
import { makeSigningKey, World } from './crash/world.ts'

let folder: TempFolder
let world: World
let scene: Scene
let home: string
beforeEach(async () => {
  folder = await fastFolder('follow')
  world = await World.open()
  scene = await setScene(world, folder.path)
  home = path.join(folder.path, 'home')
  await cp(scene.template, home, { recursive: true })
})
afterEach(async () => {
  vi.useRealTimers()
  await world[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const boot = (more: Partial<DeviceOptions> = {}) => bootDevice({ home, url: world.url, ...more })
const servingOf = (device: CrashDevice) => device.generations.serving?.deployment.id
const lastMessage = () => world.reports.at(-1)!.message
const told = () => world.reports.map(({ message }) => message).join('; ')
const inFuture = (ms: number) => new Date(Date.now() + ms).toISOString()

/** The character in the middle of one of the three parts becomes another. */
function corrupt(jws: string, part: 0 | 1 | 2): string {
  const parts = jws.split('.')
  const text = parts[part]!
  const at = text.length >> 1
  parts[part] = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
  return parts.join('.')
}

describe('a manifest that is', () => {
  const order = (content: Partial<Manifest> = {}) =>
    world.sign({ sequence: 3, deployment: scene.wanted, ...content })

  test.each<[string, () => Promise<string>, string]>([
    ['changed in its header', async () => corrupt(await order(), 0), 'signature is not valid'],
    ['changed in its payload', async () => corrupt(await order(), 1), 'signature is not valid'],
    ['changed in its signature', async () => corrupt(await order(), 2), 'signature is not valid'],
    ['an older one, shown again', () => order({ sequence: 1 }), 'sequence is 1'],
    [
      'the same number with other content',
      () => order({ sequence: 2, expiresAt: inFuture(0) }),
      'expired at',
    ],
    ['expired, from a control plane that is frozen', () => order({ expiresAt: inFuture(-1) }), 'expired at'],
    ['for another device', () => order({ deviceId: 'dev_other' }), 'is for device "dev_other"'],
    ['larger than any manifest', async () => 'x'.repeat(MANIFEST_MAX_BYTES + 1), 'is over 262144 bytes'],
    [
      'without a key to trust from now on',
      () => order({ manifestKeys: [] }),
      'is not what this device understands',
    ],
  ])('%s is refused, told, and changes nothing', async (_, jws, why) => {
    world.jws = await jws()
    const device = await boot()
    const before = await readState(home)
    await expect(device.step()).rejects.toThrow(why)
    expect(servingOf(device)).toBe(scene.old.id)
    if (!why.includes('is over')) {
      expect(lastMessage()).toContain(why)
      expect(world.reports.at(-1)).toMatchObject({ state: 'failed', servingDeploymentId: scene.old.id })
    }
    expect((await readState(home)).state).toEqual(before.state)
    expect(servingOf(await boot({ url: undefined }))).toBe(scene.old.id)
  })

  test('a mix of two deployments is refused: the router’s bytes are not those of its digest', async () => {
    const mixed = { ...scene.wanted, router: scene.wanted.router }
    // The control plane hands out the old deployment's router under the new one's digest.
    world.artifacts.set(
      mixed.router.file.digest,
      Buffer.from(world.artifacts.get(scene.old.router.file.digest)!),
    )
    world.jws = await order({ deployment: mixed })
    const device = await boot()
    await expect(device.step()).rejects.toMatchObject({ name: 'ArtifactRefused', code: 'digest-mismatch' })
    expect(lastMessage()).toContain(mixed.router.file.digest)
    expect(servingOf(device)).toBe(scene.old.id)
  })

  test('new, and whose deployment does not start, is told; the old one serves and its state stays', async () => {
    world.jws = await order()
    const device = await boot()
    device.generations.broken.add(scene.wanted.id)
    await expect(device.step()).rejects.toThrow('does not start')
    expect(servingOf(device)).toBe(scene.old.id)
    // Once the control plane thinks better of it, a higher number brings the old one back.
    device.generations.broken.clear()
    await device.step()
    expect(servingOf(device)).toBe(scene.wanted.id)
  })

  test('known already is answered with 304 and installs nothing', async () => {
    world.jws = scene.wantedJws
    const device = await boot()
    await device.step()
    const { log } = device.generations
    const done = log.length
    await device.step()
    await device.step()
    expect(log).toHaveLength(done)
    expect(world.reports.at(-1)).toMatchObject({ state: 'serving', sequence: 3 })
  })
})

describe('replay of an older manifest after a file was lost', () => {
  const files = ['state.json', 'state.backup.json', 'seen.json', 'seen.backup.json', 'identity.json']
  const more = ['identity.backup.json', 'decisions.jsonl']

  test.each(
    [...files, ...more].flatMap((name) => (['gone', 'empty'] as const).map((how) => [name, how] as const)),
  )('%s is %s: refused, and the device boots alone', async (name, how) => {
    const file = path.join(home, name)
    if (how === 'gone') await rm(file, { force: true })
    else await writeFile(file, '')
    expect(servingOf(await boot({ url: undefined }))).toBe(scene.old.id)
    world.jws = await world.sign({ sequence: 1, deployment: scene.wanted })
    const device = await boot()
    await expect(device.step()).rejects.toMatchObject({ code: 'old' })
    expect(servingOf(device)).toBe(scene.old.id)
  })

  test('both copies of the state: refused all the same, and said so loudly', async () => {
    for (const name of ['state.json', 'state.backup.json']) await writeFile(path.join(home, name), '')
    world.jws = await world.sign({ sequence: 1, deployment: scene.wanted })
    const device = await boot()
    expect(servingOf(device)).toBeUndefined()
    await expect(device.step()).rejects.toMatchObject({ code: 'old' })
    expect(lastMessage()).toContain('nothing can be booted until a manifest comes')
    world.jws = await world.sign({ sequence: 2, deployment: scene.old })
    await device.step()
    expect(servingOf(device)).toBe(scene.old.id)
  })

  test('one that was seen but could never be installed counts too', async () => {
    world.jws = await world.sign({ sequence: 9, deployment: scene.wanted })
    const device = await boot()
    device.generations.broken.add(scene.wanted.id)
    await expect(device.step()).rejects.toThrow('does not start')
    world.jws = await world.sign({ sequence: 8, deployment: scene.wanted })
    await expect((await boot()).step()).rejects.toMatchObject({ code: 'old' })
  })
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

describe('time', () => {
  test('without a clock is at least that of the newest manifest: what had expired by then is refused', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('1970-01-01T00:01:00.000Z') })
    world.jws = await world.sign({
      sequence: 3,
      deployment: scene.wanted,
      issuedAt: '2026-01-01T00:00:00.000Z',
      expiresAt: '2026-01-02T00:00:00.000Z',
    })
    const device = await boot()
    await expect(device.step()).rejects.toMatchObject({ code: 'expired' })
    expect(servingOf(device)).toBe(scene.old.id)
  })

  test('after expiry goes on serving, also through a restart', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1_000 * 24 * 3_600_000 })
    expect(servingOf(await boot())).toBe(scene.old.id)
  })
})

describe('keys', () => {
  test('are rotated with an overlap; what an old key signed still boots', async () => {
    const [first, second] = [world.key, await makeSigningKey('second')]
    const overlap = { manifestKeys: [first.pinned, second.pinned] }
    world.jws = await world.sign({ sequence: 3, deployment: scene.wanted, ...overlap })
    await (await boot()).step()
    world.key = second
    world.jws = await world.sign({
      sequence: 4,
      deployment: scene.wanted,
      manifestKeys: [second.pinned],
    })
    await (await boot()).step()
    // The first key signs nothing any more, not even to bring itself back.
    world.key = first
    world.jws = await world.sign({ sequence: 5, deployment: scene.old, manifestKeys: [first.pinned] })
    await expect((await boot()).step()).rejects.toMatchObject({ code: 'forged' })
    world.key = second
    world.jws = await world.sign({ sequence: 5, deployment: scene.old })
    const device = await boot()
    await device.step()
    expect(servingOf(device)).toBe(scene.old.id)
    expect(servingOf(await boot({ url: undefined }))).toBe(scene.old.id)
  })

  test('that come at once without an overlap: the running deployment boots, though its key has gone', async () => {
    const second = await makeSigningKey('second')
    world.jws = await world.sign({ sequence: 3, deployment: scene.wanted, manifestKeys: [second.pinned] })
    const device = await boot()
    device.generations.broken.add(scene.wanted.id)
    await expect(device.step()).rejects.toThrow('does not start')
    expect(servingOf(await boot({ url: undefined }))).toBe(scene.old.id)
  })

  test('of a manifest that is refused are not pinned', async () => {
    const theirs = await makeSigningKey('theirs')
    world.jws = await world.sign({ sequence: 1, deployment: scene.old, manifestKeys: [theirs.pinned] })
    await expect((await boot()).step()).rejects.toMatchObject({ code: 'old' })
    world.key = theirs
    world.jws = await world.sign({ sequence: 3, deployment: scene.wanted })
    await expect((await boot()).step()).rejects.toMatchObject({ code: 'forged' })
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
