// What a device makes of a manifest that is wrong, old, expired or signed by another key: it is refused and
// reported, and whatever served before serves on.

import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Manifest } from '#contract/manifest.ts'
import { MANIFEST_MAX_BYTES } from '#contract/manifest.ts'
import { readState } from '#workers/agent/state.ts'
import type { Scene } from './crash/crash-trial.ts'
import { makeSigningKey, type World } from './crash/world.ts'
import { followRig, servingOf } from './follow-rig.ts'

const rig = followRig()
const { boot, lastMessage } = rig
let world: World
let scene: Scene
let home: string
beforeEach(() => {
  ;({ world, scene, home } = rig)
})
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
