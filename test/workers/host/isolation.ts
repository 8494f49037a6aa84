// What a function may not do and what it may not break, on every driver. Where a driver cannot keep a promise it
// says so in its test file, by a test of its own.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FunctionAnswer } from '#contract/classify.ts'
import type { FunctionHost, RunningFunction } from '#workers/host/function-host.ts'
import { type WatchedFunction, watchFunction } from '#workers/host/watch/watchdog.ts'
import { asIs, EventLog } from './event-log.ts'
import { answering } from './functions.ts'
import { makeRig, REQUEST, type Rig } from './rig.ts'

/** Promises that not every driver keeps. */
export type Promised = 'network' | 'files' | 'heap' | 'late throw'

/** What a function that imports modules by `names` gets of them. */
export const importing = (names: readonly string[]) =>
  answering(`
    const got = []
    for (const name of ${JSON.stringify(names)})
      try { await import(name); got.push(name) } catch { got.push('refused') }
    return Response.json(got)`)

/** Tries `fetch` and a bare socket on a server that counts. */
export async function reaching(host: FunctionHost, rig: Rig) {
  let hits = 0
  const server = createServer((_, response) => {
    hits++
    response.end('reached')
  })
  server.on('connection', () => hits++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const targets = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `http://${name}:${port}/`)
  const code = answering(`
    const got = []
    for (const target of ${JSON.stringify([...targets, 'http://192.0.2.1/', 'https://example.com/'])})
      try { got.push((await fetch(target, { signal: AbortSignal.timeout(2000) })).status) } catch { got.push('refused') }
    try {
      const { connect } = await import('cloudflare:sockets')
      await connect({ hostname: '127.0.0.1', port: ${port} }).opened
      got.push('connected')
    } catch { got.push('refused') }
    return Response.json(got)`)
  const running = await host.start(rig.spec(code))
  try {
    const got = (await running.classify(rig.image(1), REQUEST)) as (number | string)[]
    return { got, hits }
  } finally {
    await running[Symbol.asyncDispose]()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

export function isolation(host: FunctionHost, unkept: readonly Promised[] = []): void {
  const kept = (promise: Promised) => test.skipIf(unkept.includes(promise))

  describe(`a function in "${host.driver}"`, () => {
    let rig: Rig
    const started: (RunningFunction | WatchedFunction)[] = []
    const start = async (code: string, name?: string) => {
      const running = await host.start(rig.spec(code, name))
      started.push(running)
      return running
    }
    beforeEach(async () => {
      rig = await makeRig()
    })
    afterEach(async () => {
      await Promise.all(started.splice(0).map((one) => one[Symbol.asyncDispose]()))
      await rig[Symbol.asyncDispose]()
    })

    kept('network')('reaches neither loopback nor the internet, by fetch or by socket', async () => {
      const { got, hits } = await reaching(host, rig)
      // workerd throws to the function, Miniflare answers it a 5xx.
      expect(got.every((outcome) => outcome === 'refused' || Number(outcome) >= 500)).toBe(true)
      expect(got).toHaveLength(6)
      expect(hits).toBe(0)
    })

    kept('files')('has no file system, no processes, no threads', async () => {
      const names = ['node:fs', 'node:fs/promises', 'node:child_process', 'node:worker_threads', 'node:net']
      const running = await start(importing(names))
      expect(await running.classify(rig.image(1), REQUEST)).toEqual(names.map(() => 'refused'))
    })

    test('finds its three bindings and nothing of the device in its environment', async () => {
      const code = answering(
        'return Response.json([Object.keys(env).sort(), Object.keys(globalThis.process?.env ?? {})])',
      )
      const running = await start(code)
      const found = await running.classify(rig.image(1), REQUEST)
      expect(found).toEqual([['DEPLOYMENT', 'EDGE', 'VISION'], []])
    })

    test('shares no global with another generation', async () => {
      const code = answering('globalThis.count = (globalThis.count ?? 0) + 1; return Response.json(count)')
      const [one, other] = [await start(code, 'a'), await start(code, 'b')]
      for (const count of [1, 2, 3]) expect(await one.classify(rig.image(1), REQUEST)).toBe(count)
      expect(await other.classify(rig.image(1), REQUEST)).toBe(1)
    })

    test.each([
      ['a rejection that nobody handles', 'Promise.reject(new Error("nobody"))'],
      ['an exception that is no Error', 'throw null'],
      ['a stack without end', 'const f = () => f(); f()'],
    ])('survives %s', async (_, body) => {
      const running = await start(answering(`if (request.lot) { ${body} } return Response.json('fine')`))
      await running.classify(rig.image(1), { ...REQUEST, lot: 0.5 }).catch(() => 'an error is an answer')
      expect(await running.classify(rig.image(1), REQUEST)).toBe('fine')
      expect(await running.ping(1_000)).toBe(true)
    })

    kept('late throw')('survives an exception in a timer', async () => {
      const body = `if (request.lot) { setTimeout(() => { throw new Error('late') }); await new Promise((r) => setTimeout(r, 20)) }`
      const running = await start(answering(`${body} return Response.json('fine')`))
      await running.classify(rig.image(1), { ...REQUEST, lot: 0.5 }).catch(() => 'an error is an answer')
      expect(await running.classify(rig.image(1), REQUEST)).toBe('fine')
    })

    test.each([
      [
        'that never ends, byte by byte',
        'await new Promise((r) => setTimeout(r, 50)); c.enqueue(BYTE)',
        'timeout',
      ],
      // workerd sees that nothing can follow and ends it.
      [
        'that begins and goes no further',
        'await new Promise(() => {})',
        expect.stringMatching(/timeout|not-json/),
      ],
      ['that is a flood', 'c.enqueue(new Uint8Array(65536))', 'error-answer'],
    ])('with an answer %s fails by itself', async (_, pull, code) => {
      const stream = `const BYTE = new Uint8Array(1); return new Response(new ReadableStream({ async pull(c) { ${pull} } }))`
      const watched = await watchFunction(host, rig.spec(answering(stream)), { limits: { idleMaxMs: 200 } })
      started.push(watched)
      await expect(watched.classify(rig.image(1), REQUEST, asIs)).rejects.toMatchObject({ code })
    })

    test.each([
      ['null', 'null'],
      ['a number', '7'],
      ['a list', '[]'],
      ['an object without labels', '{ tier: "local" }'],
      ['labels of a wrong type', '{ labels: [{ index: "0", name: 1, score: "high" }], tier: "local" }'],
    ])('that answers %s has answered nonsense', async (_, value) => {
      const watched = await watchFunction(host, rig.spec(answering(`return Response.json(${value})`)))
      started.push(watched)
      const answer = watched.classify(rig.image(1), REQUEST, (said) => FunctionAnswer.parse(said))
      await expect(answer).rejects.toMatchObject({ name: 'FunctionFailed', code: 'nonsense' })
    })

    kept('heap')('that fills its heap dies alone, and a restart serves again', async () => {
      const events = new EventLog()
      const body = `if (request.lot) { globalThis.hoard = []; for (;;) hoard.push({ at: hoard.length }) }`
      const watched = await watchFunction(host, rig.spec(answering(`${body} return Response.json('fine')`)), {
        onEvent: events.add,
        limits: { idleMaxMs: 20_000 },
      })
      started.push(watched)
      const answer = watched.classify(rig.image(1), { ...REQUEST, lot: 0.5 }, asIs)
      await expect(answer).rejects.toMatchObject({ code: 'down' })
      await events.first('restarted')
      expect(await watched.classify(rig.image(1), REQUEST, asIs)).toBe('fine')
    })
  })
}
