// What no client library would send, over a bare socket: each is refused in JSON with a request id, or answered as it
// deserves, and the next client is served.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ErrorBody } from '#contract/classify.ts'
import { threadHost } from '#workers/host/thread-host.ts'
import { workerdHost } from '#workers/host/workerd/workerd-host.ts'
import { redPng } from '../serve/bad-images.ts'
import { converse } from './converse.ts'
import { type FrontDoorRig, frontDoorRig } from './front-door-rig.ts'

let rig: FrontDoorRig
let red: Buffer
beforeAll(async () => {
  red = await redPng()
  rig = await frontDoorRig({ host: threadHost() })
  await rig.install()
})
afterAll(() => rig[Symbol.asyncDispose]())

const CLASSIFY = 'POST /v1/classify HTTP/1.1\r\nhost: x\r\n'
const CLOSE = 'connection: close\r\n'
const chunk = (bytes: Uint8Array) => Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes])

interface Case {
  readonly name: string
  readonly says: (red: Buffer) => (string | Uint8Array)[]
  /** Of each answer, in their order. */
  readonly statuses: readonly number[]
  readonly code?: string
  readonly end?: boolean
}

const CASES: readonly Case[] = [
  {
    name: 'a length that is right',
    says: (red) => [`${CLASSIFY}${CLOSE}content-length: ${red.length}\r\n\r\n`, red],
    statuses: [200],
  },
  {
    name: 'a body in chunks, without a length',
    says: (red) => [`${CLASSIFY}${CLOSE}transfer-encoding: chunked\r\n\r\n`, chunk(red), '\r\n0\r\n\r\n'],
    statuses: [200],
  },
  {
    name: 'a byte at a time',
    says: (red) => [
      `${CLASSIFY}${CLOSE}content-length: ${red.length}\r\n\r\n`,
      ...Array.from(red, (_, i) => red.subarray(i, i + 1)),
    ],
    statuses: [200],
  },
  {
    name: 'a length that is too short: the rest is no request',
    says: (red) => [`${CLASSIFY}content-length: ${red.length - 20}\r\n\r\n`, red],
    statuses: [422, 400],
  },
  {
    name: 'a length that is too long, and then nothing more',
    says: (red) => [`${CLASSIFY}content-length: ${red.length + 20}\r\n\r\n`, red],
    end: true,
    statuses: [400],
    code: 'invalid',
  },
  {
    name: 'a length and chunks at once',
    says: (red) => [
      `${CLASSIFY}content-length: ${red.length}\r\ntransfer-encoding: chunked\r\n\r\n`,
      chunk(red),
      '\r\n0\r\n\r\n',
    ],
    statuses: [400],
    code: 'invalid',
  },
  {
    name: 'two lengths',
    says: (red) => [`${CLASSIFY}content-length: ${red.length}\r\ncontent-length: 1\r\n\r\n`, red],
    statuses: [400],
    code: 'invalid',
  },
  {
    name: 'a length that is no number',
    says: (red) => [`${CLASSIFY}content-length: many\r\n\r\n`, red],
    statuses: [400],
    code: 'invalid',
  },
  {
    name: 'a length that is negative',
    says: (red) => [`${CLASSIFY}content-length: -1\r\n\r\n`, red],
    statuses: [400],
    code: 'invalid',
  },
  {
    name: 'a length beyond any number',
    says: () => [`${CLASSIFY}content-length: ${'9'.repeat(40)}\r\n\r\n`],
    statuses: [400],
    code: 'invalid',
  },
  {
    name: 'chunks whose size is no number',
    says: () => [`${CLASSIFY}transfer-encoding: chunked\r\n\r\n`, 'zz\r\n'],
    statuses: [400],
    code: 'invalid',
  },
  {
    name: 'a chunk of 2^60 bytes',
    says: () => [`${CLASSIFY}transfer-encoding: chunked\r\n\r\n`, '1000000000000000\r\n', 'a few of them'],
    end: true,
    statuses: [400],
    code: 'invalid',
  },
  {
    name: 'chunk extensions without end',
    says: () => [`${CLASSIFY}transfer-encoding: chunked\r\n\r\n`, `5;${'x'.repeat(40_000)}\r\n`],
    statuses: [413],
    code: 'too-large',
  },
  {
    name: 'an encoding of the transfer that is unknown',
    says: (red) => [`${CLASSIFY}transfer-encoding: gzip\r\ncontent-length: ${red.length}\r\n\r\n`, red],
    statuses: [400],
    code: 'invalid',
  },
  {
    name: 'headers of 20 KB',
    says: () => [`${CLASSIFY}x-long: ${'x'.repeat(20_000)}\r\n\r\n`],
    statuses: [431],
    code: 'headers-too-large',
  },
  {
    name: 'a target of 20 KB',
    says: () => [`GET /${'x'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`],
    statuses: [431],
    code: 'headers-too-large',
  },
  { name: 'no HTTP', says: () => ['EHLO example.com\r\n\r\n'], statuses: [400], code: 'invalid' },
  {
    name: 'a TLS hello',
    says: () => [Buffer.from('160301020001000001fc0303', 'hex')],
    end: true,
    statuses: [400],
  },
  {
    name: 'HTTP/2 without being asked',
    says: () => ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    statuses: [400],
    code: 'invalid',
  },
  {
    name: 'a header with a bare line feed',
    says: () => [`${CLASSIFY}x: a\nb: c\r\n\r\n`],
    statuses: [400],
    code: 'invalid',
  },
  {
    name: 'a zero byte in a header',
    says: () => [`${CLASSIFY}x: a\0b\r\n\r\n`],
    statuses: [400],
    code: 'invalid',
  },
  {
    name: 'no Host',
    says: () => ['GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n'],
    statuses: [400],
    code: 'invalid',
  },
  {
    name: 'HTTP/1.0 without a Host, which it may',
    says: () => ['GET /healthz HTTP/1.0\r\n\r\n'],
    statuses: [200],
  },
  {
    name: 'a Host that is none',
    says: () => ['GET /healthz HTTP/1.1\r\nhost: a b/../c\r\nconnection: close\r\n\r\n'],
    statuses: [400],
    code: 'invalid',
  },
  {
    name: 'a target that is no path',
    says: () => ['GET healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'],
    statuses: [400],
    code: 'invalid',
  },
  {
    name: 'CONNECT',
    says: () => ['CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n'],
    statuses: [405],
    code: 'wrong-method',
  },
  {
    name: 'TRACE',
    says: () => [`TRACE /v1/classify HTTP/1.1\r\nhost: x\r\n${CLOSE}\r\n`],
    statuses: [405],
    code: 'wrong-method',
  },
  {
    name: 'an upgrade to WebSocket, which is ignored',
    says: () => [
      'GET /healthz HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade, close\r\n\r\n',
    ],
    statuses: [200],
  },
  {
    name: 'an expectation that nobody knows',
    says: () => [`${CLASSIFY}expect: miracles\r\ncontent-length: 1\r\n\r\n`],
    statuses: [417],
    code: 'invalid',
  },
  {
    name: '100-continue',
    says: (red) => [`${CLASSIFY}${CLOSE}expect: 100-continue\r\ncontent-length: ${red.length}\r\n\r\n`, red],
    statuses: [200],
  },
  {
    name: 'a body where there should be none',
    says: () => [`GET /healthz HTTP/1.1\r\nhost: x\r\n${CLOSE}content-length: 5\r\n\r\nhello`],
    statuses: [200],
  },
  {
    name: 'several requests at once, the last of them wrong',
    says: (red) => [
      'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n',
      `${CLASSIFY}content-length: ${red.length}\r\n\r\n`,
      red,
      'GET /nowhere HTTP/1.1\r\nhost: x\r\n\r\n',
      'nonsense\r\n\r\n',
    ],
    statuses: [200, 200, 404, 400],
  },
]

const ask = () => fetch(`${rig.url}/v1/classify`, { method: 'POST', body: red })

describe('the front door, told', () => {
  test.each(CASES)('$name, answers $statuses', async ({ says, statuses, code, end = false }) => {
    const answers = await converse(rig.url, says(red), { end })
    expect(answers.map((a) => a.status)).toEqual(statuses)
    for (const { status, headers, body } of answers) {
      expect(headers['content-type']).toBe('application/json')
      expect(headers['x-request-id']).toMatch(/^[A-Za-z0-9._:-]{1,64}$/)
      if (status < 400) continue
      const { error } = ErrorBody.parse(JSON.parse(body))
      expect(error.requestId).toBe(headers['x-request-id'])
      expect(body).not.toMatch(/HPE_|node:|\.ts\b|parse error/i)
      if (status === 405) expect(headers.allow).toContain('POST')
    }
    if (code !== undefined) expect(JSON.parse(answers.at(-1)!.body).error.code).toBe(code)
    expect((await ask()).status).toBe(200)
  })

  test.each(['GET', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])(
    '%s /v1/classify, says what it takes',
    async (method) => {
      const response = await fetch(`${rig.url}/v1/classify`, { method })
      expect(response.status).toBe(405)
      expect(response.headers.get('allow')).toBe('POST')
      expect(ErrorBody.parse(await response.json()).error.message).toContain('expected POST')
    },
  )

  test('of a client that is not trusted, keeps what only the host may say to itself', async () => {
    // Answers with the names of all headers that reached it.
    const code = `export default { async fetch(request) {
      const names = [...request.headers.keys()].sort().join(' ')
      if (new URL(request.url).pathname === '/healthz') return new Response('{}')
      return Response.json({ labels: [{ index: 0, name: names, score: 1 }], tier: 'local', model: 'm',
        decision: { router: 'none', version: 1, score: null, threshold: null, reason: 'direct' }, timingsMs: {} })
    } }`
    await using echo = await frontDoorRig({ host: workerdHost() })
    await echo.install({ code })
    const said = { 'mf-original-url': 'http://x', 'cf-connecting-ip': '1.2.3.4', 'x-tandem-image': 'other' }
    const response = await fetch(`${echo.url}/v1/classify`, {
      method: 'POST',
      body: red,
      headers: { ...said, 'x-own': '1' },
    })
    const answer = (await response.json()) as { labels: { name: string }[]; byFallback: boolean }
    expect(answer.byFallback).toBe(false)
    expect(answer.labels[0]!.name.split(' ').sort()).toEqual([
      'connection',
      'content-length',
      'content-type',
      'host',
      'x-tandem-image',
    ])
  })
})
