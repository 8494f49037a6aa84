// Images and kills that end the vision process, from outside of the front door: it stays, and so do its other clients.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createRandom } from '#core/random.ts'
import { until } from '#test/harness/until.ts'
import { noisyJpeg } from '#test/vision/images.ts'
import { HARMFUL, harmful } from '#test/workers/vision/vision-rig.ts'
import { workerdHost } from '#workers/host/workerd/workerd-host.ts'
import { demoModel, type FrontDoorRig, frontDoorRig } from '../front-door/front-door-rig.ts'
import { redPng } from './bad-images.ts'
import { startLoad } from './load/load.ts'

let rig: FrontDoorRig
beforeEach(async () => {
  rig = await frontDoorRig({ host: workerdHost(), generation: { vision: { entry: HARMFUL } } })
})
afterEach(() => rig[Symbol.asyncDispose]())

const ask = async (body: Uint8Array, { url } = rig) => {
  const response = await fetch(`${url}/v1/classify`, { method: 'POST', body })
  return { status: response.status, body: await response.json() }
}

describe('the front door', () => {
  test('refuses an image that kills whoever decodes it, and answers those beside it', async () => {
    await rig.install()
    const red = await redPng()
    const [bad, ...good] = await Promise.all([ask(harmful(red, 'abort')), ask(red), ask(red), ask(red)])
    expect(bad).toMatchObject({ status: 422, body: { error: { code: 'damaged' } } })
    for (const answer of good)
      expect(answer).toMatchObject({ status: 200, body: { byFallback: false, labels: [{ name: 'red' }] } })
    expect(rig.generations.serving?.health).toMatchObject({ state: 'healthy', vision: { deaths: 2 } })
  })

  test('fails no request while vision is killed three times under load', { timeout: 60_000 }, async () => {
    await rig.install({ model: await demoModel('mobilenet_v1') })
    const requests = 900
    const load = startLoad({ url: rig.url, image: await noisyJpeg(64, 64), connections: 4, requests })
    const random = createRandom(7)
    for (let kill = 1; kill <= 3; kill++) {
      const due = ((kill - 1 + random()) * requests) / 4
      await until('the load has come so far', () => load.rows.length >= due, 30_000)
      const serving = rig.generations.serving!
      process.kill(serving.visionProcess.pid!, 'SIGKILL')
      await until(
        'another one sees',
        () => serving.health.vision.deaths === kill && serving.visionProcess.pid,
        20_000,
      )
    }
    await load.done
    expect(load.errors).toEqual([])
    expect(load.rows.filter((row) => row.status !== 200)).toEqual([])
  })
})

describe('a worker that answers inline', () => {
  test('needs no function host for the built-in function, and gives others theirs', async () => {
    await using inline = await frontDoorRig({ host: workerdHost(), generation: { isInline: true } })
    const deployment = await inline.install()
    const classify = async () =>
      (await fetch(`${inline.url}/v1/classify`, { method: 'POST', body: await redPng() })).json()
    expect(await classify()).toMatchObject({ byFallback: false, labels: [{ name: 'red' }], tier: 'local' })
    expect(inline.generations.driver).toBe('inline')
    expect(inline.generations.serving?.functionProcess.pid).toBeUndefined()

    const own = {
      ...deployment,
      id: 'dep-own',
      version: 2,
      function: { ...deployment.function, name: 'own' },
    }
    await inline.generations.start(own)
    inline.generations.switchTo(own.id)
    expect(await classify()).toMatchObject({ byFallback: false, deployment: 'dep-own' })
    expect(inline.generations.driver).toBe('workerd')
  })

  test('refuses what is no image, and one that kills whoever decodes it, and answers those beside them', async () => {
    await using inline = await frontDoorRig({
      host: workerdHost(),
      generation: { isInline: true, vision: { entry: HARMFUL } },
    })
    await inline.install()
    const red = await redPng()
    const [cut, text, bad, ...good] = await Promise.all(
      [red.subarray(0, 60), Buffer.from('hello'), harmful(red, 'abort'), red, red].map((body) =>
        ask(body, inline),
      ),
    )
    expect(cut).toMatchObject({ status: 422, body: { error: { code: 'damaged' } } })
    expect(text).toMatchObject({ status: 415, body: { error: { code: 'unsupported-format' } } })
    expect(bad).toMatchObject({ status: 422, body: { error: { code: 'damaged' } } })
    for (const answer of good) expect(answer).toMatchObject({ status: 200, body: { byFallback: false } })
    expect(inline.generations.serving?.health).toMatchObject({ answers: 2, fallbacks: 0 })
  })
})
