// The way to the edge when the edge is not well: always an answer with its reason, never later than the
// deadline, and at once after a few failures. Times are bounds with room, not measurements.

import { describe, expect, test } from 'vitest'
import { freePort } from '#test/harness/free-port.ts'
import { until } from '#test/harness/until.ts'
import { tableEntry } from '#workers/host/image-table.ts'
import { Offload } from '#workers/serve/offload.ts'
import { blackHole, EdgeServer, type Mood } from './edge-server.ts'

const DEADLINE_MS = 300
const CONNECT_MS = 100
const FAILURES_TO_OPEN = 3
const image = tableEntry(Buffer.from('an image that nobody decodes here'))

/** An edge and a way to it for each test, so that they can wait for deadlines and probes side by side. */
function makeRig() {
  const edge = new EdgeServer()
  const offload = new Offload()
  const ask = async (deploymentId = 'dep-1', edgeDeadlineMs = DEADLINE_MS) => {
    const policy = { edgeDeadlineMs, edgeConnectMs: CONNECT_MS }
    const start = performance.now()
    const result = await offload.portFor({ id: deploymentId, policy }).offload(image, 1)
    return { result, tookMs: performance.now() - start, reason: result.ok ? 'ok' : result.reason }
  }
  return {
    edge,
    offload,
    ask,
    aim: (url: string) => offload.retarget({ url, connectMs: CONNECT_MS }),
    async openBreaker() {
      for (let i = 0; i < FAILURES_TO_OPEN; i++) await ask()
      expect((await ask()).reason).toBe('breaker-open')
    },
    recovers: () => until('the breaker closes', async () => (await ask()).result.ok, 5_000),
    async [Symbol.asyncDispose]() {
      await offload[Symbol.asyncDispose]()
      await edge[Symbol.asyncDispose]()
    },
  }
}

describe.concurrent('Offload', () => {
  test('brings the edge’s answer, and names the deployment that must give it', async () => {
    await using rig = makeRig()
    const { edge, ask, aim } = rig
    await aim(await edge.listen())
    const { result } = await ask('dep-7')
    expect(result).toMatchObject({ ok: true, model: 'heavy', labels: [{ name: 'green' }] })
    expect([...edge.deployments]).toEqual(['dep-7'])
  })

  test('says so where no edge is known', async () => {
    await using rig = makeRig()
    const { edge, offload, ask, aim } = rig
    expect((await ask()).result).toMatchObject({
      ok: false,
      reason: 'edge-error',
      message: expect.stringMatching(/no edge/),
    })
    await aim(await edge.listen())
    await offload.retarget(undefined)
    expect((await ask()).reason).toBe('edge-error')
  })

  const MOODS: readonly [name: string, Mood, reason: string, says: RegExp][] = [
    ['never answers', 'silent', 'deadline', /in time/],
    ['trickles past the deadline', 'slow', 'deadline', /in time/],
    ['answers 500', 'error', 'edge-error', /500/],
    ['runs another deployment', 'other-deployment', 'edge-error', /409/],
    ['answers something that is not JSON', 'garbage', 'edge-error', /not an answer/],
    ['answers JSON that is no answer', 'nonsense', 'edge-error', /not an answer/],
    ['breaks off in the middle', 'cut', 'edge-error', /./],
    ['answers without end', 'endless', 'edge-error', /too long/],
  ]

  test.each(MOODS)('an edge that %s is an answer, no error: %s -> %s', async (_name, mood, reason, says) => {
    await using rig = makeRig()
    const { edge, ask, aim } = rig
    await aim(await edge.listen())
    edge.mood = mood
    const { result, tookMs } = await ask()
    expect(result).toMatchObject({ ok: false, reason, message: expect.stringMatching(says) })
    expect(result.ok ? '' : result.message).not.toMatch(/\n/)
    expect(tookMs).toBeLessThan(DEADLINE_MS + 200)
  })

  test('a refused connection costs next to nothing', async () => {
    await using rig = makeRig()
    const { ask, aim } = rig
    await aim(`http://127.0.0.1:${await freePort()}`)
    const { reason, tookMs } = await ask()
    expect(reason).toBe('edge-error')
    expect(tookMs).toBeLessThan(CONNECT_MS)
  })

  test('a host that swallows packets costs the time that connecting may take, not the whole deadline', async () => {
    await using rig = makeRig()
    const { ask, aim } = rig
    await using hole = await blackHole()
    await aim(hole.url)
    const { reason, tookMs } = await ask('dep-1', 5_000)
    expect(reason).toBe('edge-error')
    expect(tookMs).toBeGreaterThanOrEqual(CONNECT_MS - 5)
    expect(tookMs).toBeLessThan(CONNECT_MS + 250)
  })

  test('after three failures in a row answers at once, without asking', async () => {
    await using rig = makeRig()
    const { edge, ask, aim } = rig
    await aim(await edge.listen())
    edge.mood = 'silent'
    for (let i = 0; i < FAILURES_TO_OPEN; i++) expect((await ask()).reason).toBe('deadline')
    const times: number[] = []
    for (let i = 0; i < 20; i++) {
      const { reason, tookMs } = await ask()
      expect(reason).toBe('breaker-open')
      times.push(tookMs)
    }
    expect(edge.requests).toBe(FAILURES_TO_OPEN)
    expect(times.sort((a, b) => a - b)[10]).toBeLessThan(1)
  })

  test('two failures and a success do not open the breaker', async () => {
    await using rig = makeRig()
    const { edge, ask, aim } = rig
    await aim(await edge.listen())
    for (const mood of ['error', 'error', 'well', 'error', 'error'] as const) {
      edge.mood = mood
      expect((await ask()).reason).toBe(mood === 'well' ? 'ok' : 'edge-error')
    }
    edge.mood = 'well'
    expect((await ask()).reason).toBe('ok')
  })

  test('finds the edge again by itself, with one probe at a time', { timeout: 15_000 }, async () => {
    await using rig = makeRig()
    const { edge, ask, aim, openBreaker, recovers } = rig
    await aim(await edge.listen())
    edge.mood = 'error'
    await openBreaker()
    edge.mood = 'well'
    await recovers()
    for (let i = 0; i < 5; i++) expect((await ask()).reason).toBe('ok')
  })

  test('keeps nobody waiting for the probe: others are answered at once', { timeout: 15_000 }, async () => {
    await using rig = makeRig()
    const { edge, ask, aim, openBreaker } = rig
    await aim(await edge.listen())
    edge.mood = 'silent'
    await openBreaker()
    const asked = edge.requests
    let probe = ask()
    await until('a probe is on its way', () => {
      if (edge.requests > asked) return true
      probe = ask()
      return false
    })
    const { reason, tookMs } = await ask()
    expect(reason).toBe('breaker-open')
    expect(tookMs).toBeLessThan(20)
    expect((await probe).reason).toBe('deadline')
  })

  test('finds an edge that was killed and came back on its port', { timeout: 15_000 }, async () => {
    await using rig = makeRig()
    const { edge, ask, aim, recovers } = rig
    const port = await freePort()
    await aim(await edge.listen(port))
    expect((await ask()).reason).toBe('ok')
    await edge.close()
    for (let i = 0; i < FAILURES_TO_OPEN; i++) expect((await ask()).reason).toBe('edge-error')
    expect((await ask()).reason).toBe('breaker-open')
    await edge.listen(port)
    await recovers()
  })

  test('an edge at another place starts with a clean record', async () => {
    await using rig = makeRig()
    const { edge, ask, aim, openBreaker } = rig
    await aim(await edge.listen())
    edge.mood = 'error'
    await openBreaker()
    await using other = new EdgeServer()
    await aim(await other.listen())
    expect((await ask()).reason).toBe('ok')
  })

  test('a retarget while requests are under way fails none of them', async () => {
    await using rig = makeRig()
    const { edge, ask, aim } = rig
    await aim(await edge.listen())
    // A deadline that thirty at once keep on a busy machine as well.
    const asked = Array.from({ length: 30 }, () => ask('dep-1', 10_000))
    await using other = new EdgeServer()
    await aim(await other.listen())
    for (const { reason } of await Promise.all(asked)) expect(reason).toBe('ok')
    expect((await ask('dep-2')).reason).toBe('ok')
    expect([[...edge.deployments], [...other.deployments]]).toEqual([['dep-1'], ['dep-2']])
  })
})
