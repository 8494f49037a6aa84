// The same with kill -9 on a process: some blows of every kind, since each costs two starts; bench/device/ has all.

import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TempFolder } from '#test/harness/temp-folder.ts'
import { bundleChild, runChild } from './child-runner.ts'
import { freshHome, type Scene, setScene, survive } from './crash-trial.ts'
import { fastFolder } from './fast-folder.ts'
import { World } from './world.ts'

let folder: TempFolder
let scene: Scene
let child: string
beforeAll(async () => {
  folder = await fastFolder('kill')
  scene = await setScene(await World.open(), folder.path)
  child = await bundleChild(folder.path)
})
afterAll(async () => {
  await scene.world[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

/** Between these the update takes its turns: fetching, remembering, collecting. */
const BLOWS = [1, 12, 20, 28, 36, 44, 50, 56, 60, 64, 68]

test('a device whose process is killed at any operation boots alone and ends at the new deployment', {
  timeout: 60_000,
}, async () => {
  const booted = new Set<string | undefined>()
  for (const n of BLOWS) {
    const home = await freshHome(scene, `home-${n}`)
    const victim = await runChild(child, { home, url: scene.world.url, blow: { how: 'kill', n } })
    expect([victim.signal, victim.errors]).toEqual(['SIGKILL', ''])
    const alone = await runChild(child, { home })
    const [id, ms] = alone.said.get('booted')?.split(' ') ?? []
    expect(Number(ms)).toBeLessThan(5_000)
    booted.add(id)
    await survive(scene, home, Number(victim.said.get('safe') ?? 0))
  }
  expect(booted).toEqual(new Set([scene.old.id, scene.wanted.id]))
})
