// Strangers at the door: whatever they send is refused with its reason and leaves the worker as it was.

import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ClassifyAnswer, ErrorBody, IMAGE_MAX_BYTES } from '#contract/classify.ts'
import { DEPLOYMENT_HEADER } from '#workers/front-door/deployment-header.ts'
import { threadHost } from '#workers/host/thread-host.ts'
import { hugePng, redPng, truncatedJpeg } from '../serve/bad-images.ts'
import { converse } from './converse.ts'
import { type FrontDoorRig, frontDoorRig } from './front-door-rig.ts'

const MIB = 1024 ** 2

let rig: FrontDoorRig
let red: Buffer
beforeAll(async () => {
  red = await redPng()
  rig = await frontDoorRig({ host: threadHost() })
  await rig.install()
})
afterAll(() => rig[Symbol.asyncDispose]())

type Body = NonNullable<RequestInit['body']>

interface Sent {
  readonly body?: Body
  readonly headers?: Record<string, string>
  readonly query?: string
}

const post = ({ body = red, headers = {}, query = '' }: Sent) =>
  fetch(`${rig.url}/v1/classify${query}`, { method: 'POST', body, headers, duplex: 'half' } as RequestInit)

/** Without a length: chunked on the wire. */
const streamed = (bytes: number) =>
  new ReadableStream({
    pull(controller) {
      if (bytes <= 0) return controller.close()
      controller.enqueue(new Uint8Array(Math.min(bytes, MIB)))
      bytes -= MIB
    },
  })

async function expectGoodAnswer() {
  const response = await post({})
  expect(response.status).toBe(200)
  const answer = ClassifyAnswer.parse(await response.json())
  expect(answer).toMatchObject({ tier: 'local', model: 'light', deployment: 'dep-1', byFallback: false })
  expect(answer.labels[0]!.name).toBe('red')
}

/** What a stranger may know: the reason, and nothing of where or how this was written. */
function expectNothingInside(text: string) {
  expect(text).not.toMatch(/\n\s+at |node_modules|\/workers\/|\.ts\b|\/tmp\//)
}

interface Case extends Sent {
  readonly name: string
  readonly make?: () => Promise<Body> | Body
  readonly status: number
  readonly code: string
  readonly says: RegExp
}

const CASES: readonly Case[] = [
  { name: 'text', body: 'a picture of a cat', status: 415, code: 'unsupported-format', says: /JPEG, PNG/ },
  {
    name: 'a GIF',
    body: 'GIF89a\x01\x00\x01\x00',
    status: 415,
    code: 'unsupported-format',
    says: /JPEG, PNG/,
  },
  {
    name: 'an SVG',
    body: '<svg xmlns="http://www.w3.org/2000/svg"/>',
    status: 415,
    code: 'unsupported-format',
    says: /JPEG, PNG/,
  },
  { name: 'an empty body', body: '', status: 400, code: 'empty', says: /empty/ },
  {
    name: 'magic bytes alone',
    body: Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    status: 422,
    code: 'damaged',
    says: /damaged/,
  },
  { name: 'a truncated JPEG', make: truncatedJpeg, status: 422, code: 'damaged', says: /cut short/ },
  {
    name: 'a PNG that claims 60000 x 60000',
    make: () => hugePng(60_000),
    status: 413,
    code: 'too-many-pixels',
    says: /60000x60000/,
  },
  {
    name: 'a PNG that claims more than any integer',
    make: () => hugePng(0x7fffffff),
    status: 422,
    code: 'damaged',
    says: /damaged/,
  },
  {
    name: '50 MB with their length',
    body: Buffer.alloc(50 * MIB),
    status: 413,
    code: 'too-large',
    says: /16777216 bytes/,
  },
  {
    name: '50 MB in chunks',
    make: () => streamed(50 * MIB),
    status: 413,
    code: 'too-large',
    says: /16777216 bytes/,
  },
  {
    name: 'a gzipped image',
    make: () => gzipSync(red),
    headers: { 'content-encoding': 'gzip' },
    status: 415,
    code: 'encoded',
    says: /Content-Encoding/,
  },
  {
    name: 'an unknown preference',
    query: '?preference=cheapest',
    status: 400,
    code: 'invalid',
    says: /"preference"/,
  },
  { name: 'topK 0', query: '?topK=0', status: 400, code: 'invalid', says: /"topK"/ },
  { name: 'topK 6', query: '?topK=6', status: 400, code: 'invalid', says: /"topK"/ },
  { name: 'topK that is no number', query: '?topK=many', status: 400, code: 'invalid', says: /"topK"/ },
  {
    name: 'a deployment that does not run here',
    headers: { [DEPLOYMENT_HEADER]: 'dep-9' },
    status: 409,
    code: 'wrong-deployment',
    says: /dep-9/,
  },
]

describe('the front door', () => {
  test.each(CASES)('refuses $name with $status $code, and answers the next request', async (sent) => {
    const response = await post(sent.make ? { ...sent, body: await sent.make() } : sent)
    const text = await response.text()
    expect(response.status).toBe(sent.status)
    const { error } = ErrorBody.parse(JSON.parse(text))
    expect(error.code).toBe(sent.code)
    expect(error.message).toMatch(sent.says)
    expectNothingInside(text)
    await expectGoodAnswer()
  })

  test('accepts the largest body there may be, before it looks inside', async () => {
    const body = Buffer.concat([red, Buffer.alloc(IMAGE_MAX_BYTES - red.length)])
    expect((await post({ body })).status).toBe(200)
  })

  test('does not wait for the rest of a body that is too large', async () => {
    const [answer] = await converse(rig.url, [
      'POST /v1/classify HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000000\r\n\r\n',
      'the first few of a thousand million bytes',
    ])
    expect(answer).toMatchObject({ status: 413 })
    await expectGoodAnswer()
  })

  test('forgets a client that leaves in the middle of its image', async () => {
    const socket = connect(Number(new URL(rig.url).port), '127.0.0.1')
    const head = `POST /v1/classify HTTP/1.1\r\nhost: x\r\ncontent-length: ${red.length}\r\n\r\n`
    await new Promise((resolve) =>
      socket.write(Buffer.concat([Buffer.from(head), red.subarray(0, 20)]), resolve),
    )
    socket.resetAndDestroy()
    await expectGoodAnswer()
  })

  test.each(['/', '/v1', '/v1/classify/', '/../etc/passwd', '/v1/classify/x'])(
    'knows no GET %s',
    async (path) => {
      const response = await fetch(`${rig.url}${path}`)
      expect(response.status).toBe(404)
      expect(ErrorBody.parse(await response.json()).error.code).toBe('not-found')
    },
  )

  test('answers as many classes as were asked for, best first', async () => {
    const answer = ClassifyAnswer.parse(await (await post({ query: '?topK=3' })).json())
    expect(answer.labels.map((l) => l.name)).toEqual(['red', ...answer.labels.slice(1).map((l) => l.name)])
    expect(answer.labels).toHaveLength(3)
  })

  test('classifies many at once, good and bad among each other, each with its own answer', async () => {
    const bad = hugePng(60_000)
    const statuses = await Promise.all(
      Array.from({ length: 60 }, async (_, i) => (await post({ body: i % 3 === 0 ? bad : red })).status),
    )
    expect(statuses).toEqual(statuses.map((_, i) => (i % 3 === 0 ? 413 : 200)))
  })

  test('beyond its bound tells clients at once, and answers all others', async () => {
    const answers = await Promise.all(Array.from({ length: 120 }, () => post({ body: red })))
    const busy = answers.filter((a) => a.status === 503)
    expect(answers.filter((a) => a.status === 200).length + busy.length).toBe(120)
    expect(busy.length).toBeLessThanOrEqual(120 - 72)
    for (const response of busy) {
      expect(response.headers.get('retry-after')).toBe('1')
      expect(ErrorBody.parse(await response.json()).error.code).toBe('busy')
    }
  })

  test('logs nothing worse than a client’s mistake', () => {
    const levels = rig.log.map((line) => JSON.parse(line) as { level: number })
    expect(levels.filter((line) => line.level >= 50)).toEqual([])
  })
})

describe('a front door without a deployment', () => {
  test('is alive, not ready, and says so to whoever classifies', async () => {
    await using empty = await frontDoorRig({ host: threadHost() })
    expect((await fetch(`${empty.url}/healthz`)).status).toBe(200)
    expect((await fetch(`${empty.url}/readyz`)).status).toBe(503)
    const response = await fetch(`${empty.url}/v1/classify`, { method: 'POST', body: red })
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('1')
    const { error } = ErrorBody.parse(await response.json())
    expect(error).toMatchObject({ code: 'not-ready', message: expect.stringContaining('no deployment') })
    await empty.install()
    expect((await fetch(`${empty.url}/readyz`)).status).toBe(200)
    expect((await fetch(`${empty.url}/v1/classify`, { method: 'POST', body: red })).status).toBe(200)
  })
})
