// An update is struck at each of its durable and network operations in turn. After every blow a complete deployment
// boots from disk alone, the old one or the new one, and with the network back the device ends at the new one. The
// blows fall in this process (faults.ts says how it dies); bench/device/ repeats them with kill -9 on a process.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { injectFaults } from '#platform/fault-point.ts'
import type { TempFolder } from '#test/harness/temp-folder.ts'
import { bootDevice, liveThroughUpdate } from './crash-device.ts'
import { freshHome, type Scene, setScene, survive } from './crash-trial.ts'
import { fastFolder } from './fast-folder.ts'
import { type Blow, Striker, under } from './faults.ts'
import { World } from './world.ts'

let folder: TempFolder
let scene: Scene
beforeAll(async () => {
  folder = await fastFolder('crash')
  scene = await setScene(await World.open(), folder.path)
})
afterAll(async () => {
  injectFaults(undefined)
  await scene.world[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

async function dieAndSurvive(blow: Blow) {
  const home = await freshHome(scene, 'home')
  const striker = new Striker(blow)
  let safe = 0
  const life = under(striker, () =>
    liveThroughUpdate({ home, url: scene.world.url }, (last) => {
      safe = last
    }),
  )
  // Whatever the last words of a dead device are, nobody hears them.
  await life.catch((error: unknown) => {
    if (!striker.isDead) throw error
  })
  const survival = await survive(scene, home, safe)
  return striker.isDead ? survival : undefined
}

/** Strikes the first operation, the second, ... until one is struck no more; tells the sentences of those that failed. */
async function forEveryOperation<T>(trial: (n: number) => Promise<T | undefined>) {
  const outcomes: T[] = []
  const failures: string[] = []
  for (let n = 1; ; n++) {
    try {
      const outcome = await trial(n)
      if (outcome === undefined) return { outcomes, failures }
      outcomes.push(outcome)
    } catch (error) {
      failures.push(`at operation ${n}: ${error instanceof Error ? error.message : 'unknown'}`)
    }
  }
}

describe('an update that is struck at its n-th operation', () => {
  test.each([
    ['killed', 'kill'],
    ['killed in the middle of a write', 'torn'],
    ['by a power cut that takes what was not synced', 'power'],
  ] as const)('%s boots a whole deployment and ends at the new one', { timeout: 60_000 }, async (_, how) => {
    const { outcomes, failures } = await forEveryOperation((n) => dieAndSurvive({ how, n }))
    expect(failures).toEqual([])
    expect(outcomes.length).toBeGreaterThan(how === 'torn' ? 6 : 60)
    expect(new Set(outcomes.map(({ booted }) => booted))).toEqual(new Set([scene.old.id, scene.wanted.id]))
    for (const { bootMs } of outcomes) expect(bootMs).toBeLessThan(5_000)
  })

  test.each([
    ['ENOSPC', 1],
    // A device does not ask which error it was; the long test strikes with these everywhere too.
    ['EIO', 7],
    ['EROFS', 7],
  ])(
    'that fails with %s is reported, never stops serving and is made up for',
    {
      timeout: 60_000,
    },
    async (code, stride) => {
      const { outcomes, failures } = await forEveryOperation((n) =>
        failAndRecover({ how: 'fail', code, n: 1 + (n - 1) * stride }),
      )
      expect(failures).toEqual([])
      expect(outcomes.length).toBeGreaterThan(40 / stride)
    },
  )

  test('for good keeps serving the old deployment, and boots it again', async () => {
    const home = await freshHome(scene, 'home')
    const striker = new Striker(
      { how: 'fail', code: 'EROFS', n: 1, times: Number.POSITIVE_INFINITY },
      () => {},
    )
    await under(striker, async () => {
      const device = await bootDevice({ home, url: scene.world.url })
      await expect(device.step()).rejects.toThrow('EROFS')
      expect(device.generations.serving?.deployment.id).toBe(scene.old.id)
    })
    expect((await bootDevice({ home })).generations.serving?.deployment.id).toBe(scene.old.id)
  })
})

/** One operation fails; the device lives on, tries again as its loop would, and says what was wrong. */
async function failAndRecover(blow: Blow): Promise<true | undefined> {
  const home = await freshHome(scene, 'home')
  const { world, old, wanted } = scene
  const striker = new Striker(blow)
  world.reports.length = 0
  await under(striker, async () => {
    const device = await bootDevice({ home, url: world.url })
    for (let round = 0; round < 3; round++) {
      const serving = device.generations.serving?.deployment.id
      if (serving !== old.id && serving !== wanted.id) throw new Error(`serves ${serving ?? 'nothing'}`)
      await device.step().catch(() => undefined)
    }
    if (device.generations.serving?.deployment.id !== wanted.id) throw new Error('does not recover')
  })
  await survive(scene, home, 0)
  const struck = striker.seen[blow.n - 1]
  if (!struck) return undefined
  // Litter of an earlier life that cannot be swept is nobody's business.
  const isLitter = struck.operation === 'remove' && struck.path.endsWith('tmp')
  if (!isLitter && !world.reports.some(({ message }) => message.includes('injected')))
    throw new Error(`${struck.operation} ${struck.path} is not told`)
  return true
}
