// Downloads that go on where they broke off: against the control plane's own artifact route behind a line that is
// cut at random, and against servers that answer a Range wrongly.

import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { type ServerType, serve } from '@hono/node-server'
import { Hono } from 'hono'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { serveBytes } from '#admin/artifacts/serve-artifact.ts'
import { createRandom } from '#core/random.ts'
import { ArtifactStore } from '#platform/artifact-store.ts'
import { tempFolder } from '#test/harness/temp-folder.ts'
import { ControlError, controlClient } from '#workers/agent/control-client.ts'
import { download } from '#workers/agent/download.ts'
import { backoffMs, waitMs } from '#workers/agent/forever.ts'
import { ArtifactServer, FAULTS, type Fault } from './artifact-server.ts'
import { CuttingProxy } from './cutting-proxy.ts'

const SIZE = 3 * 1024 ** 2
/** What is on its way when a line is cut. */
const CHUNK = 64 * 1024
const signal = new AbortController().signal

/** The control plane's route over a real socket, with all that was asked for. */
async function controlPlane(folder: string) {
  const store = new ArtifactStore(path.join(folder, 'control'))
  const asked: number[] = []
  const app = new Hono().get('/device/v1/artifacts/:digest', async (c) => {
    asked.push(Number(/^bytes=(\d+)-$/.exec(c.req.header('range') ?? '')?.[1] ?? 0))
    const digest = c.req.param('digest')
    const sizeBytes = (await store.size(digest))!
    return serveBytes({ artifacts: store, log: pino({ level: 'silent' }) }, c, { digest, sizeBytes })
  })
  let server!: ServerType
  await new Promise<void>((resolve) => {
    server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve())
  })
  return {
    store,
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

const clientOf = (url: string) => controlClient(url, async () => 'token')

describe('over a line that is cut again and again', () => {
  test('every connection goes on where the last one ended, until all is there', async () => {
    await using folder = await tempFolder('resume')
    await using control = await controlPlane(folder.path)
    const random = createRandom(7)
    await using proxy = await new CuttingProxy(
      control.url,
      () => 20_000 + Math.floor(random() * 400_000),
    ).start()
    const bytes = randomBytes(SIZE)
    const ref = await control.store.putBytes(bytes)
    const store = new ArtifactStore(path.join(folder.path, 'device'))
    await download({ client: clientOf(proxy.url), store, signal, backoffFirstMs: 1 }, [ref])
    expect((await store.readVerified(ref.digest)).equals(bytes)).toBe(true)
    expect(proxy.cuts).toBeGreaterThan(5)
    expect(control.asked.toSorted((a, b) => a - b)).toEqual(control.asked)
    expect(proxy.passed).toBeLessThan(SIZE + proxy.cuts * CHUNK)
  })

  test('also in the next life of the device', async () => {
    await using folder = await tempFolder('resume')
    await using control = await controlPlane(folder.path)
    const ref = await control.store.putBytes(randomBytes(SIZE))
    const storeOf = () => new ArtifactStore(path.join(folder.path, 'device'))
    for (let life = 1; life <= 4; life++) {
      const stop = new AbortController()
      await using proxy = await new CuttingProxy(control.url, () => {
        if (stop.signal.aborted || proxyCuts() > 0) stop.abort()
        return SIZE / 4
      }).start()
      const proxyCuts = () => proxy.cuts
      const store = storeOf()
      await store.sweep()
      const line = { client: clientOf(proxy.url), store, signal: stop.signal, backoffFirstMs: 1 }
      await download(line, [ref]).catch(() => undefined)
    }
    await download({ client: clientOf(control.url), store: storeOf(), signal }, [ref])
    expect(await storeOf().isIntact(ref)).toBe(true)
    expect(control.asked.at(-1)).toBeGreaterThan(SIZE / 2)
  })
})

const CONTENT = 'the weights of a model, more or less '.repeat(5_000)

/** Answers the Range of the request as it should, but for what `change` says. */
const rest =
  (
    change: {
      from?: (n: number) => number
      total?: number
      more?: string
      other?: boolean
      status?: number
    } = {},
  ): Fault =>
  (response, bytes) => {
    const asked = Number(/^bytes=(\d+)-$/.exec(response.req.headers.range ?? '')?.[1] ?? 0)
    const from = change.from?.(asked) ?? asked
    const part = change.other ? Buffer.alloc(bytes.length - from, 'x') : bytes.subarray(from)
    const range = `bytes ${from}-${bytes.length - 1}/${change.total ?? bytes.length}`
    response
      .writeHead(change.status ?? 206, { 'content-range': range })
      .end(Buffer.concat([part, Buffer.from(change.more ?? '')]))
  }
const busy =
  (status: number): Fault =>
  (response) =>
    void response.writeHead(status, { 'retry-after': '0' }).end()

describe('half of it is there, and the server', () => {
  // Where the next request begins, in halves of the whole: the first of all begins at 0.
  test.each<[string, Fault[], number[]]>([
    ['answers with the rest', [rest()], [0, 1]],
    ['does not know ranges and answers with the whole', [FAULTS.none], [0, 1]],
    ['answers with the rest from another place', [rest({ from: (n) => n + 1 }), rest()], [0, 1, 0]],
    ['answers with a part of something larger', [rest({ total: 1_000_000 }), rest()], [0, 1, 0]],
    ['sends a byte too many', [rest({ more: '!' }), rest()], [0, 1, 0]],
    ['sends other bytes', [rest({ other: true }), rest()], [0, 1, 0]],
    ['says that there is no rest', [busy(416), rest()], [0, 1, 0]],
    ['wants to be left alone for a while', [busy(429), busy(503), rest()], [0, 1, 1, 1]],
  ])('%s: in the end it is whole', async (_, faults, halves) => {
    await using folder = await tempFolder('resume')
    await using server = await new ArtifactServer().start()
    const ref = server.add(CONTENT, [FAULTS.cutInTheMiddle, ...faults])
    const store = new ArtifactStore(folder.path)
    const client = clientOf(server.url)
    const from: number[] = []
    const watched = {
      artifact: (digest: string, offset: number, until: AbortSignal) => {
        from.push(Math.round((2 * offset) / CONTENT.length))
        return client.artifact(digest, offset, until)
      },
    }
    await download({ client: watched, store, signal, backoffFirstMs: 1 }, [ref])
    expect((await store.readVerified(ref.digest)).toString()).toBe(CONTENT)
    expect(from).toEqual(halves)
    expect(await store.partialBytes(ref.digest)).toBe(0)
  })

  test('refuses the rest: that is said at once, and the half is kept', async () => {
    await using folder = await tempFolder('resume')
    await using server = await new ArtifactServer().start()
    const ref = server.add(CONTENT, [FAULTS.cutInTheMiddle, FAULTS.refused])
    const store = new ArtifactStore(folder.path)
    const attempt = download({ client: clientOf(server.url), store, signal, backoffFirstMs: 1 }, [ref])
    await expect(attempt).rejects.toMatchObject({ code: 'refused', status: 404 })
    expect(await store.partialBytes(ref.digest)).toBeGreaterThan(CONTENT.length / 4)
  })

  test('never sends the right bytes: it gives up, and nothing is kept', async () => {
    await using folder = await tempFolder('resume')
    await using server = await new ArtifactServer().start()
    const ref = server.add(
      CONTENT,
      Array.from({ length: 9 }, () => FAULTS.wrongBytes),
    )
    const store = new ArtifactStore(folder.path)
    const attempt = download({ client: clientOf(server.url), store, signal, backoffFirstMs: 1 }, [ref])
    await expect(attempt).rejects.toMatchObject({ name: 'ArtifactRefused', code: 'digest-mismatch' })
    expect(server.asked).toHaveLength(2)
    expect([await store.has(ref), await store.partialBytes(ref.digest)]).toEqual([false, 0])
  })

  test('is asked once for what two want at the same time', async () => {
    await using folder = await tempFolder('resume')
    await using server = await new ArtifactServer().start()
    const ref = server.add(CONTENT)
    const line = { client: clientOf(server.url), store: new ArtifactStore(folder.path), signal }
    await Promise.all([download(line, [ref, ref]), download(line, [ref])])
    expect(server.asked).toHaveLength(1)
    expect(await line.store.isIntact(ref)).toBe(true)
  })
})

describe('how long to wait', () => {
  test('doubles, up to a bound, and is never the same for all', () => {
    for (const [failures, most] of [
      [1, 500],
      [2, 1_000],
      [20, 30_000],
    ] as const) {
      const waits = Array.from({ length: 50 }, () => backoffMs(failures))
      expect(Math.max(...waits)).toBeLessThanOrEqual(most)
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(most / 2)
      expect(new Set(waits).size).toBeGreaterThan(10)
    }
  })

  test('is at least what the control plane asks for', () => {
    expect(waitMs(new ControlError('busy', 'later', { retryAfterMs: 9_000 }), 100)).toBeGreaterThanOrEqual(
      9_000,
    )
    expect(waitMs(new ControlError('busy', 'later', { retryAfterMs: 0 }), 100)).toBe(100)
    expect(waitMs(new Error('broken'), 100)).toBe(100)
  })

  test.each([
    ['7', 7_000],
    [new Date(Date.now() + 3_600_000).toUTCString(), 300_000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['soon', undefined],
  ])('Retry-After: %s is understood', async (header, ms) => {
    await using server = await new ArtifactServer().start()
    const ref = server.add('x', [(response) => void response.writeHead(503, { 'retry-after': header }).end()])
    const attempt = clientOf(server.url).artifact(ref.digest, 0, signal)
    await expect(attempt).rejects.toMatchObject({ code: 'busy', retryAfterMs: ms })
  })
})
