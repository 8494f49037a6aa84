// Offloading as a client sees it: a worker's front door with the built-in function and a real model, and an edge on a
// real socket. Every answer says where it comes from and why.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { ClassifyAnswer } from '#contract/classify.ts'
import { OffloadBudget, Policy } from '#contract/deployment.ts'
import { plain } from '#test/vision/images.ts'
import { ALWAYS_EDGE, type FrontDoorRig, frontDoorRig } from '#test/workers/front-door/front-door-rig.ts'
import { threadHost } from '#workers/host/thread-host.ts'
import { Offload } from '#workers/serve/offload/offload.ts'
import { EdgeServer } from '../edge-server.ts'
import { edgeModelRef } from './edge-model-ref.ts'

let edge: EdgeServer
let offload: Offload
let rig: FrontDoorRig

async function serve(policy: Partial<Policy> = {}): Promise<void> {
  edge = new EdgeServer()
  offload = new Offload({ activeWatts: 1 })
  offload.retarget([{ url: await edge.listen(), connectMs: 5_000 }])
  const whole = { ...Policy.parse({ edgeDeadlineMs: 10_000 }), ...policy }
  const port = offload.portFor({ id: 'dep-1', edge: edgeModelRef, policy: whole })
  rig = await frontDoorRig({ host: threadHost(), edge: port })
  await rig.install({ router: ALWAYS_EDGE })
}

let image: Uint8Array
beforeEach(async () => {
  image = await plain({ colour: '#ff0000' }).png().toBuffer()
})
afterEach(async () => {
  await offload[Symbol.asyncDispose]()
  await rig[Symbol.asyncDispose]()
  await edge[Symbol.asyncDispose]()
})

async function classify(query = ''): Promise<ClassifyAnswer> {
  const response = await fetch(`${rig.url}/v1/classify${query}`, { method: 'POST', body: image })
  return ClassifyAnswer.parse(await response.json())
}

test('the edge answers what the router sends, until it fails; then the device, at once', async () => {
  await serve()
  expect(await classify()).toMatchObject({ tier: 'edge', model: 'heavy', decision: { reason: 'routed' } })
  edge.mood = 'error'
  const reasons: string[] = []
  while (reasons.at(-1) !== 'breaker-open' && reasons.length < 4) {
    const { tier, decision, byFallback } = await classify()
    expect({ tier, byFallback }).toEqual({ tier: 'local', byFallback: false })
    reasons.push(decision.reason)
  }
  expect(reasons.at(-1)).toBe('breaker-open')
  expect((await classify()).timingsMs).not.toHaveProperty('edge')
})

test('local-only opens no connection', async () => {
  await serve()
  const answer = await classify('?preference=local-only')
  expect(answer).toMatchObject({ tier: 'local', decision: { router: 'none', reason: 'preference' } })
  expect(edge.connections).toBe(0)
})

test('a client in a hurry has the local answer where the edge is silent', async () => {
  await serve()
  edge.mood = 'silent'
  const answer = await classify('?deadlineMs=400')
  expect(answer).toMatchObject({ tier: 'local', decision: { router: 'always-edge', reason: 'deadline' } })
  expect(answer.timingsMs.edge).toBeLessThan(5_000)
})

test('a budget that is spent is told', async () => {
  await serve({ offloadBudget: OffloadBudget.parse({ requestsPerSecond: 0.001, burstSeconds: 1_000 }) })
  expect((await classify()).tier).toBe('edge')
  expect(await classify()).toMatchObject({ tier: 'local', decision: { reason: 'budget' } })
})

test('latency goes where answers are expected sooner, once both ways are known', async () => {
  await serve()
  edge.workMs = 300
  expect((await classify('?preference=latency')).decision.reason).toBe('routed')
  await classify('?preference=local-only')
  const answer = await classify('?preference=latency')
  expect(answer).toMatchObject({ tier: 'local', decision: { router: 'none', reason: 'preference' } })
})
