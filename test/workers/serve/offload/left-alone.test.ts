// How an edge that fails is left alone and found again: by probes that no client waits for.

import { describe, expect, test } from 'vitest'
import type { Preference } from '#contract/decision.ts'
import { freePort } from '#test/harness/free-port.ts'
import { until } from '#test/harness/until.ts'
import { EdgeServer } from '../edge-server.ts'
import { answerOf, makeRig } from './offload-rig.ts'

describe('an edge that fails', { timeout: 15_000 }, () => {
  test('is asked by no client after three failures in a row', async () => {
    await using rig = makeRig()
    const { edge, aim, openBreaker } = rig
    aim(await edge.listen())
    edge.mood = 'error'
    await openBreaker()
  })

  test('is asked by no client after one that was late', async () => {
    await using rig = makeRig()
    const { edge, ask, aim } = rig
    aim(await edge.listen())
    edge.mood = 'silent'
    expect((await ask({ policy: { edgeDeadlineMs: 300 } })).reason).toBe('deadline')
    for (let i = 0; i < 20; i++) expect((await ask()).reason).toBe('breaker-open')
  })

  test('is asked on where it refuses image after image', async () => {
    await using rig = makeRig()
    const { edge, ask, aim } = rig
    aim(await edge.listen())
    edge.mood = 'refusing'
    for (let i = 0; i < 9; i++) expect((await ask()).reason).toBe('edge-error')
    edge.mood = 'well'
    expect((await ask()).reason).toBe('ok')
  })

  test('is found again by images that are answered locally meanwhile', async () => {
    await using rig = makeRig()
    const { edge, ask, aim, openBreaker, recovers } = rig
    aim(await edge.listen())
    edge.mood = 'error'
    await openBreaker()
    edge.mood = 'well'
    await recovers()
    for (let i = 0; i < 5; i++) expect((await ask()).reason).toBe('ok')
  })

  test('keeps nobody waiting for a probe, and is sent one at a time', async () => {
    await using rig = makeRig()
    const { edge, ask, aim, openBreaker } = rig
    aim(await edge.listen())
    edge.mood = 'error'
    await openBreaker()
    edge.mood = 'silent'
    const before = edge.requests
    await until('a probe is on its way', async () => {
      expect((await ask()).reason).toBe('breaker-open')
      return edge.requests > before
    })
    for (let i = 0; i < 20; i++) expect((await ask()).reason).toBe('breaker-open')
    expect(edge.requests).toBe(before + 1)
  })

  test('is found by images of which the function knew beforehand that nobody would take them', async () => {
    await using rig = makeRig()
    const { edge, aim, openBreaker, portOf } = rig
    aim(await edge.listen())
    edge.mood = 'error'
    await openBreaker()
    edge.mood = 'well'
    const port = portOf()
    const image = (preference: Preference) => ({
      bytes: Buffer.from(preference),
      context: { requestId: 'r', preference },
    })
    const refuses = () => port.expected().edgeRefuses
    await until('the breaker closes', () => {
      port.answered(image('balanced'), answerOf(1, 'routed'))
      port.answered(image('local-only'), answerOf(1, 'breaker-open'))
      port.answered(image('balanced'), answerOf(1, 'breaker-open'))
      return refuses() === undefined
    })
    expect(edge.images.at(-1)).toBe('balanced')
    expect(edge.images).not.toContain('local-only')
  })

  test('is found where it was killed and came back on its port', async () => {
    await using rig = makeRig()
    const { edge, ask, aim, openBreaker, recovers } = rig
    const port = await freePort()
    aim(await edge.listen(port))
    expect((await ask()).reason).toBe('ok')
    await edge.close()
    await openBreaker()
    await edge.listen(port)
    await recovers()
  })

  test('is found where it has only become slower than it was', async () => {
    await using rig = makeRig()
    const { edge, ask, aim } = rig
    const policy = { edgeDeadlineMs: 5_000 }
    aim(await edge.listen())
    for (let i = 0; i < 20; i++) await ask({ policy })
    edge.workMs = 700
    expect((await ask({ policy })).reason).toBe('deadline')
    await until('it is asked again', async () => (await ask({ policy })).result.ok)
  })

  test('starts at another place with a clean record, and keeps its record where it stays', async () => {
    await using rig = makeRig()
    const { edge, ask, aim, openBreaker } = rig
    const url = await edge.listen()
    aim(url)
    edge.mood = 'error'
    await openBreaker()
    aim(url)
    expect((await ask()).reason).toBe('breaker-open')
    await using other = new EdgeServer()
    aim(await other.listen())
    expect((await ask()).reason).toBe('ok')
  })
})
