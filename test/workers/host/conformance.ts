// What every driver of the function host must do, run against the real thing each time.

import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FunctionHost, RunningFunction } from '#workers/host/function-host.ts'
import { watchFunction } from '#workers/host/watch/watchdog.ts'
import { asIs, EventLog } from './event-log.ts'
import { HONEST, MOODY, SYNTAX_ERROR, THROWS_AT_IMPORT } from './functions.ts'
import { makeRig, REQUEST, type Rig } from './rig.ts'

export function conformance(host: FunctionHost): void {
  describe(`function host "${host.driver}"`, () => {
    let rig: Rig
    let running: RunningFunction | undefined

    beforeEach(async () => {
      rig = await makeRig()
    })
    afterEach(async () => {
      await running?.[Symbol.asyncDispose]()
      running = undefined
      await rig[Symbol.asyncDispose]()
    })

    test('answers through VISION and EDGE and finds its deployment', async () => {
      running = await host.start(rig.spec(HONEST))
      expect(await running.classify(rig.image(7), { ...REQUEST, topK: 2 })).toMatchObject({
        features: { status: 200, body: { values: [7, 8], ms: 1 } },
        infer: { status: 200, body: { model: 'light', labels: [{ index: 7 }, { index: 8 }] } },
        edge: { status: 200, body: { ok: true, model: 'heavy', labels: [{ index: 7 }] } },
        deployment: 'deployment-1',
      })
    })

    test('a refusal of the edge reaches the function as an answer', async () => {
      running = await host.start(rig.spec(HONEST))
      expect(await running.classify(rig.image(0), REQUEST)).toMatchObject({
        edge: { status: 200, body: { ok: false, reason: 'breaker-open' } },
      })
    })

    test('concurrent requests do not mix their images', async () => {
      running = await host.start(rig.spec(HONEST))
      const asked = Array.from({ length: 60 }, (_, i) => ({ byte: i + 1, handle: rig.image(i + 1) }))
      const answers = await Promise.all(asked.map(({ handle }) => running?.classify(handle, REQUEST)))
      answers.forEach((answer, i) => {
        const { byte, handle } = asked[i]!
        expect(answer).toMatchObject({ image: handle, infer: { body: { labels: [{ index: byte }] } } })
      })
    })

    test('an unknown handle is an error for the function, not a crash', async () => {
      running = await host.start(rig.spec(HONEST))
      const body = { error: { code: 'unknown-image' } }
      expect(await running.classify('no-such-image', REQUEST)).toMatchObject({
        features: { status: 404, body },
        infer: { status: 404, body },
        edge: { status: 404, body },
      })
      expect(await running.ping(1_000)).toBe(true)
    })

    test.each([
      ['throws', 0.4, 'error-answer'],
      ['talks without end', 0.6, 'error-answer'],
      ['talks nonsense', 0.5, 'not-json'],
    ])('a function that %s is a FunctionFailed, and goes on serving', async (_, lot, code) => {
      running = await host.start(rig.spec(MOODY))
      const handle = rig.image(1)
      const answer = running.classify(handle, { ...REQUEST, lot })
      await expect(answer).rejects.toMatchObject({ name: 'FunctionFailed', code })
      expect(await running.classify(handle, REQUEST)).toBe('fine')
    })

    test.each([
      ['a syntax error', SYNTAX_ERROR, 'SyntaxError: '],
      ['an error at import', THROWS_AT_IMPORT, 'RangeError: no such luck'],
    ])('%s rejects the start with its own message', async (_, code, words) => {
      const starting = host.start(rig.spec(code))
      await expect(starting).rejects.toMatchObject({ code: 'does-not-start' })
      await expect(starting).rejects.toThrow(words)
      expect(await leftIn(rig)).toEqual([])
    })

    test('an endless loop is killed by the watchdog, and a restart serves again', async () => {
      const events = new EventLog()
      const watched = await watchFunction(host, rig.spec(MOODY), {
        onEvent: events.add,
        limits: { pingEveryMs: 50, pingMaxMs: 200, stuckCpuMaxMs: 500, idleMaxMs: 60_000 },
      })
      const handle = rig.image(1)
      await expect(watched.classify(handle, { ...REQUEST, lot: 0.9 }, asIs)).rejects.toMatchObject({
        code: 'down',
      })
      expect((await events.first('died')).reason).toMatch(/^is stuck after/)
      await events.first('restarted')
      expect(watched.health.state).toBe('healthy')
      expect(await watched.classify(handle, REQUEST, asIs)).toBe('fine')
      await watched[Symbol.asyncDispose]()
      expect(await leftIn(rig)).toEqual([])
    })

    test('an aborted request rejects with the reason of its signal', async () => {
      running = await host.start(rig.spec(HONEST))
      const gone = new Error('client has gone')
      const answer = running.classify(rig.image(1), REQUEST, AbortSignal.abort(gone))
      await expect(answer).rejects.toBe(gone)
    })

    test('stopping leaves no process and no file behind, and is no death', async () => {
      running = await host.start(rig.spec(HONEST))
      let hasDied = false
      void running.exited.then(() => {
        hasDied = true
      })
      await running.classify(rig.image(1), REQUEST)
      await running[Symbol.asyncDispose]()
      expect(await running.ping(200)).toBe(false)
      expect(hasDied).toBe(false)
      if (running.pid !== undefined) expect(existsSync(`/proc/${running.pid}`)).toBe(false)
      expect(await leftIn(rig)).toEqual([])
    })
  })
}

async function leftIn(rig: Rig): Promise<string[]> {
  const { folder } = rig.spec('')
  return existsSync(folder) ? readdir(folder) : []
}
