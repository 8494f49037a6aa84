// Who keeps the device waiting is let go of, and nobody else notices. Limits are a tenth of the real ones.

import { Agent, request } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ClassifyAnswer, ErrorBody } from '#contract/classify.ts'
import { until } from '#test/harness/until.ts'
import { noisyJpeg } from '#test/vision/images.ts'
import { threadHost } from '#workers/host/thread-host.ts'
import { redPng } from '../serve/bad-images.ts'
import { converse } from './converse.ts'
import { type FrontDoorRig, frontDoorRig } from './front-door-rig.ts'
import { type SlowKind, slowClients } from './slow-clients.ts'

const LIMITS = { idleMaxMs: 500, headersMaxMs: 500, rateOverMs: 500, lookEveryMs: 50, requestMaxMs: 3_000 }
const EACH = 60

let rig: FrontDoorRig
let red: Buffer
beforeAll(async () => {
  red = await redPng()
  rig = await frontDoorRig({ host: threadHost(), place: { limits: LIMITS } })
  await rig.install()
})
afterAll(() => rig[Symbol.asyncDispose]())

/** On connections that are kept, one request after the other, while `work` goes on: statuses and failures. */
async function classifyDuring(url: string, work: () => Promise<unknown>) {
  const agent = new Agent({ connections: 2, keepAliveTimeout: 300 })
  let isDone = false
  const statuses: (number | string)[] = []
  const client = async () => {
    while (!isDone)
      try {
        const { statusCode, body } = await request(`${url}/v1/classify`, {
          method: 'POST',
          body: red,
          dispatcher: agent,
        })
        await body.dump()
        statuses.push(statusCode)
      } catch (error) {
        statuses.push(String(error))
      }
  }
  const clients = [client(), client()]
  try {
    await work()
  } finally {
    isDone = true
    await Promise.all(clients)
    await agent.close()
  }
  return statuses
}

describe('the front door', () => {
  test.each<[SlowKind, RegExp, number?]>([
    // By whoever looks first: Node, which answers, or the watch, which does not.
    ['silent', /^(HTTP\/1.1 408 |$)/],
    ['blank', /^HTTP\/1.1 408 /],
    ['headers', /^HTTP\/1.1 408 /],
    ['body', /^HTTP\/1.1 408 /],
    ['unread', /^$/],
    // Few: each takes as much of the kernel's memory as it lets one connection have.
    ['reading', /^$/, 10],
  ])('lets go of clients that are slow: %s', async (kind, heard, count = EACH) => {
    using slow = slowClients(rig.url, kind, count)
    const statuses = await classifyDuring(rig.url, () => slow.gone)
    expect(slow.open).toBe(0)
    expect(slow.heard).toMatch(heard)
    if (slow.heard !== '') {
      const { error } = ErrorBody.parse(JSON.parse(slow.heard.slice(slow.heard.indexOf('\r\n\r\n'))))
      expect(error.code).toBe('too-slow')
    }
    expect(new Set(statuses)).toEqual(new Set([200]))
  })

  test('waits for a client that is slow, but gets on', async () => {
    const photo = await noisyJpeg(256, 256)
    const parts = Array.from({ length: 15 }, (_, i) => {
      const size = Math.ceil(photo.length / 15)
      return photo.subarray(i * size, (i + 1) * size)
    })
    // Three times as long as a rate is measured over.
    const head = `POST /v1/classify HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${photo.length}\r\n\r\n`
    const [answer] = await converse(rig.url, [head, ...parts], { pauseMs: 100 })
    expect(answer?.status).toBe(200)
    ClassifyAnswer.parse(JSON.parse(answer!.body))
  })

  test('ends a request that gets on for ever', async () => {
    const head = 'POST /v1/classify HTTP/1.1\r\nhost: x\r\ncontent-length: 15000000\r\n\r\n'
    const endless = Array.from({ length: 60 }, () => Buffer.alloc(2_000))
    const [answer] = await converse(rig.url, [head, ...endless], { pauseMs: 100 })
    expect(answer?.status).toBe(408)
  })
})

describe('a front door whose connections are all taken', () => {
  const full = (connectionsMax: number) =>
    frontDoorRig({ host: threadHost(), place: { limits: { connectionsMax } } })

  test.each<SlowKind>(['silent', 'headers', 'body'])(
    'sends the slowest away for a newcomer: %s',
    async (kind) => {
      await using small = await full(20)
      await small.install()
      using slow = slowClients(small.url, kind, 20)
      await until('all connections are taken', () => slow.open === 20)
      // Bodies count as slow when they have been so for a moment.
      await new Promise((resolve) => setTimeout(resolve, 100))
      for (let i = 0; i < 5; i++) {
        const response = await fetch(`${small.url}/v1/classify`, {
          method: 'POST',
          body: red,
          headers: { connection: 'close' },
        })
        expect(response.status).toBe(200)
      }
      expect(slow.open).toBeLessThan(20)
      expect(slow.open).toBeGreaterThanOrEqual(15)
    },
  )

  test('never sends away who waits for an answer, and tells a newcomer to come back', async () => {
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const labels = [{ index: 0, name: 'edge', score: 1 }]
    await using small = await frontDoorRig({
      host: threadHost(),
      place: { limits: { connectionsMax: 4 } },
      offload: async () => {
        await released
        return { ok: true, model: 'heavy', labels, ms: 1 }
      },
    })
    await small.install()
    const waiting = Array.from({ length: 4 }, () =>
      fetch(`${small.url}/v1/classify?preference=accuracy`, { method: 'POST', body: red }),
    )
    await until('all wait', async () => (await converse(small.url, [])).at(0)?.status === 503)
    const [refused] = await converse(small.url, [])
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
    expect(ErrorBody.parse(JSON.parse(refused!.body)).error.code).toBe('busy')
    release()
    for (const response of await Promise.all(waiting)) expect(response.status).toBe(200)
  })
})
