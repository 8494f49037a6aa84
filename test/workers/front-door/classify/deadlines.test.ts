// Clients that say how long they wait, at a worker whose model is slow: who cannot be answered in time is told so at
// once, and nothing is inferred for it. Deadlines are multiples of what one image takes on this machine.

import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { TINY_LABELS, tinyContract, tinyModel } from '#test/vision/tiny-model.ts'
import { threadHost } from '#workers/host/thread-host.ts'
import { redPng } from '../../serve/bad-images.ts'
import { type FrontDoorRig, frontDoorRig } from '../front-door-rig.ts'

/** Some tens of milliseconds an image. */
const SHAPE = { side: 64, sines: 400 }
const SLOW = { file: tinyModel(SHAPE), contract: tinyContract(SHAPE), labels: TINY_LABELS }

let red: Buffer
beforeAll(async () => {
  red = await redPng()
})

let rig: FrontDoorRig
afterEach(() => rig[Symbol.asyncDispose]())

const ask = async (deadlineMs?: number) => {
  const headers: Record<string, string> =
    deadlineMs === undefined ? {} : { 'tandem-deadline-ms': String(Math.ceil(deadlineMs)) }
  const response = await fetch(`${rig.url}/v1/classify`, { method: 'POST', body: red, headers })
  const { error } = (await response.json()) as { error?: { code: string } }
  return { status: response.status, code: error?.code, retryAfter: response.headers.get('retry-after') }
}

const many = (count: number, deadlineMs?: number) => Array.from({ length: count }, () => ask(deadlineMs))
const inferred = async () => (await rig.generations.serving!.visionUsage()).images

describe.each(['local', 'edge'] as const)('deadlines at the %s tier', (tier) => {
  let aloneMs: number
  beforeEach(async () => {
    rig = await frontDoorRig({ host: threadHost(), tier })
    await rig.install({ model: SLOW })
    await ask()
    const startMs = performance.now()
    await ask()
    aloneMs = Math.max(10, performance.now() - startMs)
  })

  test('that the line does not allow are refused at once, and cost no inference', async () => {
    // The line shows its pace only where one waits for the other.
    await Promise.all(many(8))
    const before = await inferred()
    const ended: string[] = []
    const noted = (what: string, asks: readonly ReturnType<typeof ask>[]) =>
      asks.map(async (asked) => {
        const answer = await asked
        ended.push(what)
        return answer
      })
    const patient = noted('patient', many(24))
    // The others have come as well by then.
    await Promise.race(patient)
    const calm = noted('calm', many(4, 60_000))
    const hurried = noted('hurried', many(6, 10))
    expect(new Set((await Promise.all(patient)).map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set((await Promise.all(calm)).map(({ status }) => status))).toEqual(new Set([200]))
    for (const answer of await Promise.all(hurried))
      expect(answer).toEqual({ status: 503, code: 'late', retryAfter: '1' })
    expect(ended.lastIndexOf('hurried')).toBeLessThan(ended.lastIndexOf('calm'))
    expect((await inferred()) - before).toBe(24 + 4)
  })

  test('that pass in the line of the session cost no inference either', async () => {
    const before = await inferred()
    // Nobody has shown a pace yet, so all are let in.
    const answers = await Promise.all(many(8, aloneMs * 2))
    const ok = answers.filter(({ status }) => status === 200).length
    const late = answers.filter(({ code }) => code === 'late').length
    expect(late).toBeGreaterThan(0)
    expect(ok + late).toBe(8)
    expect((await inferred()) - before).toBe(ok)
    expect(rig.generations.serving!.health.fallbacks).toBe(0)
  })

  test('of the deployment alone refuse nobody', async () => {
    const deployment = await rig.store({ version: 2, model: SLOW })
    await rig.generations.start({ ...deployment, policy: { ...deployment.policy, latencyBudgetMs: 10 } })
    rig.generations.switchTo(deployment.id)
    const answers = await Promise.all(many(12))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  })
})
