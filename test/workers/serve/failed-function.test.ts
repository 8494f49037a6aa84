// Functions that go bad once they serve, each in real workerd until the watchdog gives it up: every client gets
// its answer meanwhile, and the device hears of it once.

import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ClassifyAnswer } from '#contract/classify.ts'
import { until } from '#test/harness/until.ts'
import { workerdHost } from '#workers/host/workerd/workerd-host.ts'
import { ALWAYS_EDGE, type FrontDoorRig, frontDoorRig } from '../front-door/front-door-rig.ts'
import { redPng } from './bad-images.ts'
import { moody, saying } from './moody-function.ts'

/** Quick in everything. */
const LIMITS = {
  pingEveryMs: 50,
  pingMaxMs: 200,
  stuckCpuMaxMs: 300,
  backoffFirstMs: 1,
  backoffMaxMs: 1,
  deathsMax: 2,
  backoffFailedMs: 50,
}

let red: Buffer
beforeAll(async () => {
  red = await redPng()
})

let rig: FrontDoorRig
let failed: { id: string; reason: string }[]
beforeEach(() => {
  failed = []
})
afterEach(() => rig[Symbol.asyncDispose]())

/** Clients soon lose patience, or only long after the watchdog has. */
async function startRig(patience: 'short' | 'long') {
  const limits = { ...LIMITS, idleMaxMs: patience === 'short' ? 100 : 5_000 }
  rig = await frontDoorRig({ host: workerdHost(), limits })
  rig.generations.onFunctionFailed((id, reason) => failed.push({ id, reason }))
}

async function classify(preference = 'balanced') {
  const url = `${rig.url}/v1/classify?preference=${preference}`
  const response = await fetch(url, { method: 'POST', body: red })
  expect(response.status).toBe(200)
  return ClassifyAnswer.parse(await response.json())
}

const CASES: readonly (readonly [string, 'short' | 'long', string, RegExp])[] = [
  ['loops for ever', 'long', 'for (;;) {}', /^is stuck after \d+ ms of CPU time$/],
  [
    'leaks objects',
    'long',
    'globalThis.hoard ??= []; for (let i = 0; i < 3e5; i++) hoard.push({ i }); return new Response()',
    // By V8's limit, or by us while it does nothing but collect.
    /^(ended by SIG|exited with|is stuck after)/,
  ],
  [
    'leaks array buffers',
    'long',
    'globalThis.hoard ??= []; hoard.push(new Uint8Array(60e6).fill(1)); return new Response("more")',
    /^uses \d+ MB, expected at most 200 MB$/,
  ],
  [
    'never answers',
    'short',
    'await new Promise((r) => setTimeout(r, 1e9))',
    /^has given 10 unusable answers/,
  ],
  ['waits for nothing', 'short', 'await new Promise(() => {})', /^has given 10 unusable answers/],
  [
    'never ends its answer',
    'short',
    'return new Response(new ReadableStream({ pull: (c) => new Promise(() => {}) }))',
    /^has given 10 unusable answers/,
  ],
  ['answers nonsense', 'short', 'return Response.json({ labels: "none" })', /^has given 10 unusable answers/],
  ['throws', 'short', 'throw new Error("out of sorts")', /^has given 10 unusable answers/],
]

describe('a function that', () => {
  test.each(CASES)(
    '%s is given up once, and clients never feel it',
    async (_name, patience, body, reason) => {
      await startRig(patience)
      await rig.install({ code: moody(body) })
      let answered = 0
      await until('it is given up', async () => {
        for (const { byFallback, labels } of await Promise.all([classify(), classify(), classify()])) {
          expect(byFallback).toBe(true)
          expect(labels[0]!.name).toBe('red')
          answered++
        }
        return failed.length > 0
      })
      expect(failed).toEqual([{ id: 'dep-1', reason: expect.stringMatching(reason) }])
      // It is still tried, goes on dying, and nobody hears of it again.
      await until('it dies again', async () => {
        await classify()
        return rig.generations.serving!.health.deaths >= 3
      })
      expect(failed).toHaveLength(1)
      const { health } = rig.generations.serving!
      expect(health).toMatchObject({ hasFailed: true, lastReason: expect.stringMatching(reason) })
      expect(health.fallbacks).toBe(health.answers)
      expect(health.answers).toBeGreaterThan(answered)
    },
  )

  test('fails in two generations is told once for each', async () => {
    await startRig('short')
    for (const version of [1, 2]) {
      await rig.install({ version, code: moody('throw new Error("no")') })
      await until('it is given up', async () => {
        await Promise.all(Array.from({ length: 8 }, () => classify()))
        return failed.length === version
      })
    }
    expect(failed.map(({ id }) => id)).toEqual(['dep-1', 'dep-2'])
  })

  test('comes to itself after it was given up answers again', async () => {
    await startRig('short')
    await rig.install({ code: moody('throw new Error("no")') })
    await until('it is given up', async () => {
      await Promise.all(Array.from({ length: 8 }, () => classify()))
      return failed.length > 0
    })
    await until('it answers', async () => !(await classify('local-only')).byFallback)
    expect(rig.generations.serving!.health).toMatchObject({ state: 'healthy', hasFailed: true })
  })

  test('fails for every third image only is not killed: that is for the rollout to judge', async () => {
    await startRig('short')
    const code = moody(
      `globalThis.count = (globalThis.count ?? 0) + 1; if (count % 3 === 0) throw new Error("no"); return Response.json(${saying({})})`,
    )
    await rig.install({ code })
    for (let i = 0; i < 60; i++) await classify()
    expect(rig.generations.serving!.health).toMatchObject({ deaths: 0, answers: 60, fallbacks: 20 })
  })

  test('is suspect holds up one client at a time, and none once it is back', async () => {
    await startRig('short')
    const gate = moody(
      `if (!globalThis.isOpen) await new Promise(() => {}); return Response.json(${saying({})})`,
    )
    const code = gate.replace(
      "=== 'local-only')",
      "=== 'local-only' && (globalThis.isOpen = globalThis.isOpen !== undefined) !== null)",
    )
    await rig.install({ code })
    // The health check was the first; this is shut until the next `local-only`.
    expect((await classify()).byFallback).toBe(true)
    expect(await Promise.all(Array.from({ length: 4 }, () => classify()))).toEqual(
      Array.from({ length: 4 }, () => expect.objectContaining({ byFallback: true })),
    )
    expect((await classify('local-only')).byFallback).toBe(false)
    const answers = await Promise.all(Array.from({ length: 4 }, () => classify()))
    expect(answers.map((a) => a.byFallback)).toEqual([false, false, false, false])
    expect(failed).toEqual([])
  })

  test('waits for the edge is not slow, however long that takes', async () => {
    const labels = [{ index: 0, name: 'from the edge', score: 1 }]
    const offload = async () => {
      await delay(400)
      return { ok: true as const, model: 'heavy', labels, ms: 400 }
    }
    rig = await frontDoorRig({ host: workerdHost(), limits: { ...LIMITS, idleMaxMs: 150 }, offload })
    await rig.install({ router: ALWAYS_EDGE })
    expect(await classify()).toMatchObject({ byFallback: false, tier: 'edge' })
  })
})
