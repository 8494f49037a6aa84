// What must hold while clients do not stop asking: the short version of bench/serve.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createRandom } from '#core/random.ts'
import { noisyJpeg } from '#test/vision/images.ts'
import { workerdHost } from '#workers/host/workerd/workerd-host.ts'
import { demoModel, type FrontDoorRig, frontDoorRig, type RigModel } from '../front-door/front-door-rig.ts'
import { killOften } from './load/kill-often.ts'
import { startLoad } from './load/load.ts'
import { splitBySwitch, switchOften } from './load/switch-often.ts'

const REQUESTS = 2_000
const CONNECTIONS = 4

let rig: FrontDoorRig
let model: RigModel
beforeEach(async () => {
  model = await demoModel('mobilenet_v1')
  rig = await frontDoorRig({ host: workerdHost(), limits: { deathsMax: Number.POSITIVE_INFINITY } })
})
afterEach(() => rig[Symbol.asyncDispose]())

const startedLoad = async () =>
  startLoad({ url: rig.url, image: await noisyJpeg(64, 64), connections: CONNECTIONS, requests: REQUESTS })

describe('under load', () => {
  test('ten switches lose no request, and none is answered by the built-in path', {
    timeout: 60_000,
  }, async () => {
    const first = await rig.install({ version: 1, model })
    const second = await rig.store({ version: 2, model })
    const load = await startedLoad()
    const windows = await switchOften(rig.generations, load, {
      between: [first, second],
      switches: 10,
      requests: REQUESTS,
    })
    await load.done
    expect(load.errors).toEqual([])
    expect(load.rows).toHaveLength(REQUESTS)
    expect(load.rows.filter((row) => row.status !== 200 || row.byFallback)).toEqual([])
    // The load was there when it mattered.
    expect(splitBySwitch(load.rows, windows).during.length).toBeGreaterThan(10 * CONNECTIONS)
    expect(rig.generations.running().map((d) => d.id)).toEqual(['dep-1'])
  })

  test('five kills of the function’s process fail no request, and it comes back', {
    timeout: 60_000,
  }, async () => {
    await rig.install({ version: 1, model })
    const load = await startedLoad()
    const backMs = await killOften(rig.generations, load, {
      kills: 5,
      requests: REQUESTS,
      random: createRandom(5),
    })
    await load.done
    expect(load.errors).toEqual([])
    expect(load.rows).toHaveLength(REQUESTS)
    expect(load.rows.filter((row) => row.status !== 200)).toEqual([])
    expect(backMs).toHaveLength(5)
    expect(rig.generations.serving?.health).toMatchObject({ state: 'healthy', deaths: 5, hasFailed: false })
  })
})
