// Several edges: who gets the next image, and what one of them being gone costs.

import { describe, expect, test } from 'vitest'
import { EdgeServer } from '../edge-server.ts'
import { makeRig } from './offload-rig.ts'

async function twoEdges() {
  const rig = makeRig()
  const other = new EdgeServer()
  const urls = [await rig.edge.listen(), await other.listen()] as const
  rig.aim(...urls)
  return {
    ...rig,
    other,
    urls,
    async [Symbol.asyncDispose]() {
      await rig[Symbol.asyncDispose]()
      await other[Symbol.asyncDispose]()
    },
  }
}

describe('Offload with two edges', { timeout: 15_000 }, () => {
  test('takes turns where both are idle', async () => {
    await using rig = await twoEdges()
    for (let i = 0; i < 10; i++) expect((await rig.ask()).reason).toBe('ok')
    expect([rig.edge.requests, rig.other.requests]).toEqual([5, 5])
  })

  test('gives more to the quicker one', async () => {
    await using rig = await twoEdges()
    rig.edge.workMs = 400
    const ask = async () => {
      for (let i = 0; i < 8; i++) await rig.ask()
    }
    await Promise.all([ask(), ask(), ask()])
    expect(rig.other.requests).toBeGreaterThan(2 * rig.edge.requests)
  })

  test.each(['error', 'cut', 'garbage', 'busy', 'other-deployment'] as const)(
    'asks the other one where the first fails (%s), and pays for it out of the retries',
    async (mood) => {
      await using rig = await twoEdges()
      rig.edge.mood = mood
      // Every second image meets the bad one, until that is left alone; three tries are free.
      for (let i = 0; i < 4; i++) expect((await rig.ask()).reason).toBe('ok')
      expect(rig.other.requests).toBe(4)
    },
  )

  test('does not try an image again that one of them refuses', async () => {
    await using rig = await twoEdges()
    rig.edge.mood = 'refusing'
    rig.other.mood = 'refusing'
    expect((await rig.ask()).reason).toBe('edge-error')
    expect(rig.edge.requests + rig.other.requests).toBe(1)
  })

  test('answers from the other one while one is silent, and waits for the silent one once', async () => {
    await using rig = await twoEdges()
    for (let i = 0; i < 10; i++) await rig.ask()
    rig.edge.mood = 'silent'
    const reasons: string[] = []
    for (let i = 0; i < 20; i++) reasons.push((await rig.ask()).reason)
    expect(reasons.filter((reason) => reason !== 'ok').length).toBeLessThanOrEqual(1)
  })

  test('never leaves the device for a client that wants the local tier', async () => {
    await using rig = await twoEdges()
    const { result } = await rig.ask({ preference: 'local-only' })
    expect(result).toMatchObject({ ok: false, reason: 'preference' })
    rig.edge.mood = 'error'
    rig.other.mood = 'error'
    for (let i = 0; i < 12; i++) await rig.ask({ image: 'may leave' })
    const until = performance.now() + 300
    // Probes are due by now; none of them may be such an image.
    while (performance.now() < until) {
      await rig.ask({ preference: 'local-only', image: 'secret' })
      await rig.ask({ preference: 'local-only', image: 'secret', background: true })
    }
    expect([...rig.edge.images, ...rig.other.images]).not.toContain('secret')
    rig.aim()
  })

  test('opens no connection for a client that wants the local tier', async () => {
    await using rig = await twoEdges()
    for (let i = 0; i < 5; i++) await rig.ask({ preference: 'local-only' })
    expect([rig.edge.connections, rig.other.connections]).toEqual([0, 0])
  })

  test('a retarget while images are under way fails none of them, and keeps the connections that stay', async () => {
    await using rig = await twoEdges()
    const { edge, other, ask, aim, urls } = rig
    const asked = Array.from({ length: 30 }, () => ask())
    aim(urls[0])
    for (const { reason } of await Promise.all(asked)) expect(reason).toBe('ok')
    const { connections } = edge
    expect((await ask({ deploymentId: 'dep-2' })).reason).toBe('ok')
    expect(edge.connections).toBe(connections)
    expect([[...edge.deployments].sort(), [...other.deployments]]).toEqual([['dep-1', 'dep-2'], ['dep-1']])
  })
})
