// What bounds an offload beside the edge's own well-being: budgets, the client's deadline, and clients before audits.

import { describe, expect, test } from 'vitest'
import { OffloadBudget } from '#contract/deployment.ts'
import { until } from '#test/harness/until.ts'
import { answerOf, makeRig } from './offload-rig.ts'

const budget = (limits: object) => ({ offloadBudget: OffloadBudget.parse({ burstSeconds: 100, ...limits }) })

describe('a budget', () => {
  // A rate so small that nothing comes back while the test runs.
  test.each([
    ['requests', { requestsPerSecond: 0.03 }, 3],
    // Each image has 34 bytes, each upload 0.196 J.
    ['bytes', { bytesPerSecond: 0.7 }, 2],
    ['joules', { watts: 0.01 }, 5],
  ])('of %s is spent, and then the answer is a local one', async (kind, limits, sent) => {
    await using rig = makeRig()
    rig.aim(await rig.edge.listen())
    const policy = budget(limits)
    for (let i = 0; i < sent; i++) expect((await rig.ask({ policy })).reason).toBe('ok')
    const { result } = await rig.ask({ policy })
    expect(result).toMatchObject({ ok: false, reason: 'budget', message: expect.stringContaining(kind) })
    expect(rig.edge.requests).toBe(sent)
    expect((await rig.ask()).reason).toBe('ok')
  })

  test('is spent by both deployments of a switch together', async () => {
    await using rig = makeRig()
    rig.aim(await rig.edge.listen())
    const policy = budget({ requestsPerSecond: 0.02 })
    expect((await rig.ask({ policy, deploymentId: 'dep-1' })).reason).toBe('ok')
    expect((await rig.ask({ policy, deploymentId: 'dep-2' })).reason).toBe('ok')
    expect((await rig.ask({ policy, deploymentId: 'dep-1' })).reason).toBe('budget')
  })

  test('has no probes for an edge that is left alone once it is spent', { timeout: 10_000 }, async () => {
    await using rig = makeRig()
    rig.aim(await rig.edge.listen())
    const policy = budget({ requestsPerSecond: 0.04 })
    rig.edge.mood = 'error'
    const until4 = async () => {
      await rig.ask({ policy })
      return rig.edge.requests === 4
    }
    await until('the budget is spent', until4)
    const end = performance.now() + 700
    while (performance.now() < end) await rig.ask({ policy })
    expect(rig.edge.requests).toBe(4)
  })

  test('is half kept for clients', async () => {
    await using rig = makeRig()
    rig.aim(await rig.edge.listen())
    const policy = budget({ requestsPerSecond: 0.04 })
    const background = true
    for (let i = 0; i < 2; i++) expect((await rig.ask({ policy, background })).reason).toBe('ok')
    expect((await rig.ask({ policy, background })).reason).toBe('budget')
    for (let i = 0; i < 2; i++) expect((await rig.ask({ policy })).reason).toBe('ok')
    expect((await rig.ask({ policy })).reason).toBe('budget')
  })
})

describe('the background', () => {
  test('gives way to clients, whatever the edge could do beside', async () => {
    await using rig = makeRig()
    rig.aim(await rig.edge.listen())
    rig.edge.mood = 'silent'
    const client = rig.ask()
    await until('the client’s image is there', () => rig.edge.requests === 1)
    expect((await rig.ask({ background: true })).reason).toBe('budget')
    expect(rig.edge.requests).toBe(1)
    await rig.offload[Symbol.asyncDispose]()
    await client
  })

  test('asks no edge that is left alone, and is no probe', async () => {
    await using rig = makeRig()
    rig.aim(await rig.edge.listen())
    rig.edge.mood = 'error'
    await rig.openBreaker()
    const end = performance.now() + 300
    const before = rig.edge.requests
    while (performance.now() < end) expect((await rig.ask({ background: true })).reason).toBe('breaker-open')
    expect(rig.edge.requests).toBe(before)
  })
})

describe('a client’s deadline', () => {
  test.each(['its own', 'the policy’s'])(
    '(%s) ends the wait, and has the local answer begun',
    async (whose) => {
      await using rig = makeRig()
      rig.aim(await rig.edge.listen())
      rig.edge.mood = 'silent'
      let inferences = 0
      const hedge = async () => ++inferences
      const { reason, tookMs } = await rig.ask(
        whose === 'its own' ? { deadlineMs: 200, hedge } : { policy: { latencyBudgetMs: 200 }, hedge },
      )
      expect(reason).toBe('deadline')
      expect(tookMs).toBeLessThan(5_000)
      expect(inferences).toBe(1)
    },
  )

  test('has nothing begun where the edge is quick, or nobody is in a hurry', async () => {
    await using rig = makeRig()
    rig.aim(await rig.edge.listen())
    let inferences = 0
    const hedge = async () => ++inferences
    expect((await rig.ask({ deadlineMs: 10_000, localMs: 1, hedge })).reason).toBe('ok')
    rig.edge.mood = 'silent'
    expect((await rig.ask({ policy: { edgeDeadlineMs: 300 }, hedge })).reason).toBe('deadline')
    expect(inferences).toBe(0)
  })

  test('that is over already asks nobody', async () => {
    await using rig = makeRig()
    rig.aim(await rig.edge.listen())
    expect((await rig.ask({ deadlineMs: 1 })).reason).toBe('deadline')
    expect(rig.edge.connections).toBe(0)
  })

  test('leaves time for the local answer where none is begun meanwhile', async () => {
    await using rig = makeRig()
    rig.aim(await rig.edge.listen())
    expect((await rig.ask({ deadlineMs: 4_000, localMs: 5_000 })).reason).toBe('deadline')
    expect(rig.edge.connections).toBe(0)
  })

  test('tells what the local answer cost where the edge answered after all', async () => {
    await using rig = makeRig()
    rig.aim(await rig.edge.listen())
    rig.edge.workMs = 300
    const hedge = async () => 7
    const { result } = await rig.ask({ deadlineMs: 400, localMs: 200, hedge })
    // In time or not is up to the machine; the hedge had begun well before.
    if (result.ok) expect(result.localMs).toBe(7)
    else expect(result.reason).toBe('deadline')
  })
})

describe('what is expected', () => {
  test('is known of each way once it was gone', async () => {
    await using rig = makeRig()
    const port = rig.portOf('dep-1')
    expect(port.expected()).toEqual({ edgeRefuses: 'edge-error' })
    rig.aim(await rig.edge.listen())
    await rig.ask()
    const context = { requestId: 'r', preference: 'balanced' } as const
    port.answered({ bytes: Buffer.from('x'), context }, answerOf(40))
    const { edgeMs, ...rest } = port.expected()
    expect(edgeMs).toBeGreaterThan(0)
    // 2 W for 40 ms; 0.196 J an upload.
    expect(rest).toEqual({ localMs: 40, localJ: 0.08, edgeJ: expect.closeTo(0.196, 3) })
  })

  test('is nothing of edges that are left alone', async () => {
    await using rig = makeRig()
    rig.aim(await rig.edge.listen())
    await rig.ask()
    rig.edge.mood = 'error'
    await rig.openBreaker()
    expect(rig.portOf('dep-1').expected()).toEqual({ edgeRefuses: 'breaker-open' })
  })
})
