// The same once more with nothing left out: real ONNX sessions and a real function host, killed where it matters
// most, then booted without network, then updated.

import { cp, mkdtemp, readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'
import { openIdentity } from '#workers/agent/identity.ts'
import { type ChildEnd, runChild } from './child-runner.ts'
import type { ChildOrder } from './device-child.ts'
import { realDeployment } from './real-deployment.ts'
import { DEVICE_ID, World } from './world.ts'

const ENTRY = path.join(import.meta.dirname, 'real-device.ts')

let folder: TempFolder
let world: World
let template: string
let wanted: string
beforeAll(async () => {
  folder = await tempFolder('real')
  world = await World.open()
  template = path.join(folder.path, 't')
  const identity = await openIdentity(template)
  await identity.remember({ deviceId: DEVICE_ID, name: 'real', manifestKeys: [world.key.pinned] })
  world.jws = await world.sign({ sequence: 1, deployment: await realDeployment(world, 1) })
  expect((await run({ home: template, url: world.url })).said.get('serving')).toBe('dep-1')
  wanted = await world.sign({ sequence: 2, deployment: await realDeployment(world, 2) })
}, 60_000)
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const run = (order: ChildOrder): Promise<ChildEnd> => runChild(ENTRY, order)

describe('a real device that is killed', () => {
  test.each([
    ['in the middle of a download', { n: 2, at: '^write .*/partial/' }, 'dep-1'],
    ['after the new generation has started', { n: 1, at: '^rename .*/state.backup.json$' }, 'dep-1'],
    ['between the two copies of its state', { n: 1, at: '^rename .*/state.json$' }, 'dep-2'],
  ])(
    '%s boots a whole deployment alone and ends at the new one',
    { timeout: 60_000 },
    async (_, where, id) => {
      const home = await mkdtemp(path.join(folder.path, 'h'))
      await cp(template, home, { recursive: true })
      world.jws = wanted
      const victim = await run({ home, url: world.url, blow: { how: 'kill', ...where } })
      expect([victim.signal, victim.errors]).toEqual(['SIGKILL', ''])
      const alone = await run({ home })
      expect(alone.said.get('serving')).toBe(id)
      expect((await run({ home, url: world.url })).said.get('serving')).toBe('dep-2')
      expect(await readFile(path.join(home, 'state.json'), 'utf8')).toContain('"sequence":2')
    },
  )
})
