// The way to one edge when that edge is not well: always an answer with its reason, and never later than the deadline.
// Times are bounds with room, not measurements.

import { describe, expect, test } from 'vitest'
import { freePort } from '#test/harness/free-port.ts'
import { blackHole, type Mood } from '../edge-server.ts'
import { CONNECT_MS, makeRig, PATIENT_MS } from './offload-rig.ts'

const policy = { edgeDeadlineMs: 300 }

describe('Offload with one edge', () => {
  test('brings the edge’s answer, and names the deployment that must give it', async () => {
    await using rig = makeRig()
    const { edge, ask, aim } = rig
    aim(await edge.listen())
    const { result } = await ask({ deploymentId: 'dep-7', policy: { edgeDeadlineMs: 9_000 } })
    expect(result).toMatchObject({ ok: true, model: 'heavy', labels: [{ name: 'green' }] })
    expect([...edge.deployments]).toEqual(['dep-7'])
    expect(edge.headers).toMatchObject({ 'x-request-id': 'request-1', 'tandem-deadline-ms': '9000' })
    expect(edge.headers).not.toHaveProperty('authorization')
    expect(edge.images).toEqual(['an image that nobody decodes here'])
  })

  test('hands on the trace and the key', async () => {
    await using rig = makeRig()
    const { edge, offload, portOf } = rig
    offload.retarget([{ url: await edge.listen(), connectMs: CONNECT_MS, apiKey: 'k1' }])
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const context = { requestId: 'r', preference: 'balanced', traceparent } as const
    await portOf().offload({ bytes: Buffer.from('x'), context }, 1)
    expect(edge.headers).toMatchObject({ traceparent, authorization: 'Bearer k1' })
  })

  test('says so where no edge is known', async () => {
    await using rig = makeRig()
    const { edge, ask, aim } = rig
    expect((await ask()).result).toMatchObject({
      ok: false,
      reason: 'edge-error',
      message: expect.stringMatching(/no edge/),
    })
    aim(await edge.listen())
    aim()
    expect((await ask()).reason).toBe('edge-error')
  })

  const MOODS: readonly [name: string, Mood, reason: string, says: RegExp][] = [
    ['never answers', 'silent', 'deadline', /in time/],
    ['trickles past the deadline', 'slow', 'deadline', /in time/],
    ['answers 500', 'error', 'edge-error', /500/],
    ['runs another deployment', 'other-deployment', 'edge-error', /409/],
    ['has no time', 'busy', 'edge-error', /503/],
    ['refuses the image', 'refusing', 'edge-error', /422/],
    ['answers something that is not JSON', 'garbage', 'edge-error', /not an answer/],
    ['answers JSON that is no answer', 'nonsense', 'edge-error', /not an answer/],
    ['breaks off in the middle', 'cut', 'edge-error', /./],
    ['answers without end', 'endless', 'edge-error', /too long/],
  ]

  test.each(MOODS)('an edge that %s is an answer, no error: %s -> %s', async (_name, mood, reason, says) => {
    await using rig = makeRig()
    const { edge, ask, aim } = rig
    aim(await edge.listen())
    edge.mood = mood
    const { result, tookMs } = await ask({ policy })
    expect(result).toMatchObject({ ok: false, reason, message: expect.stringMatching(says) })
    expect(result.ok ? '' : result.message).not.toMatch(/\n/)
    expect(tookMs).toBeLessThan(PATIENT_MS)
  })

  test('a refused connection costs next to nothing', async () => {
    await using rig = makeRig()
    const { ask, aim } = rig
    aim(`http://127.0.0.1:${await freePort()}`)
    const { reason, tookMs } = await ask()
    expect(reason).toBe('edge-error')
    expect(tookMs).toBeLessThan(CONNECT_MS)
  })

  test('a host that swallows packets costs the time that connecting may take, and that once', async () => {
    await using rig = makeRig()
    const { ask, offload } = rig
    await using hole = await blackHole()
    offload.retarget([{ url: hole.url, connectMs: 150 }])
    const { reason, tookMs } = await ask()
    expect(reason).toBe('edge-error')
    expect(tookMs).toBeGreaterThanOrEqual(145)
    expect(tookMs).toBeLessThan(CONNECT_MS)
    expect((await ask()).reason).toBe('breaker-open')
  })

  test('an edge that has gone silent is waited for by its own measure, not for the whole deadline', async () => {
    await using rig = makeRig()
    const { edge, ask, aim } = rig
    aim(await edge.listen())
    for (let i = 0; i < 20; i++) expect((await ask()).reason).toBe('ok')
    edge.mood = 'silent'
    const { reason, tookMs } = await ask()
    expect(reason).toBe('deadline')
    expect(tookMs).toBeLessThan(PATIENT_MS - 1_000)
    expect((await ask()).reason).toBe('breaker-open')
  })

  test('is left alone for as long as it asks for, and not taken for broken', {
    timeout: 15_000,
  }, async () => {
    await using rig = makeRig()
    const { edge, ask, aim, recovers } = rig
    aim(await edge.listen())
    edge.mood = 'busy'
    const askedAt = performance.now()
    expect((await ask()).reason).toBe('edge-error')
    edge.mood = 'well'
    expect((await ask()).result).toMatchObject({ reason: 'breaker-open' })
    expect(edge.requests).toBe(1)
    await recovers()
    expect(performance.now() - askedAt).toBeGreaterThan(995)
    expect(edge.requests).toBe(2)
  })
})
