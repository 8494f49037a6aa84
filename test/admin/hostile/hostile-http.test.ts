// What HTTP lets a stranger say beside a body: names in the path, headers, lengths that lie, batches, other media types.
// Every plain route of the app, with hostile names and headers; and over a real socket what no client would send.

import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { type ServerType, serve } from '@hono/node-server'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type HostileRig, openHostileRig } from './hostile-rig.ts'
import { leakIn } from './leaks.ts'

vi.setConfig({ testTimeout: 120_000 })

let rig: HostileRig
let server: ServerType
let port: number
beforeAll(async () => {
  rig = await openHostileRig()
  server = serve({ fetch: rig.app.fetch, port: 0, hostname: '127.0.0.1' })
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(async () => {
  server.close()
  await rig[Symbol.asyncDispose]()
})

const ZEROS = `sha256:${'0'.repeat(64)}`
/** As a segment of a path. */
const NAMES = [
  '%00',
  '%2e%2e%2f%2e%2e%2fetc%2fhosts',
  '..%5c..%5c',
  '%ff%fe',
  '%zz',
  '%',
  '__proto__',
  'constructor',
  'x'.repeat(8_000),
  '%F0%9F%98%80',
  '%ED%A0%80',
  "'%3b drop table devices",
  'sha256:',
  ZEROS,
  ZEROS.toUpperCase(),
  `${ZEROS}0`,
  '-1',
  '1e309',
  'null',
  '%0d%0aset-cookie:x',
]
/** Of headers that something here reads. */
const HEADERS = [
  'authorization',
  'content-type',
  'content-range',
  'range',
  'if-range',
  'if-none-match',
  'idempotency-key',
  'cookie',
  'origin',
  'upload-offset',
  'upload-length',
  'upload-complete',
  'x-forwarded-for',
  'x-request-id',
  'last-event-id',
  'trpc-accept',
  'accept',
]
const WORDS = [
  '',
  '-1',
  'NaN',
  '1e309',
  '99999999999999999999',
  '0x10',
  'bytes=-',
  'bytes=9999999999999999999-',
  'bytes 9-1/0',
  'bytes */*',
  'Bearer ',
  `Bearer ${'a.'.repeat(3_000)}`,
  'Bearer eyJhbGciOiJub25lIn0.e30.',
  'Bearer tk_x.y',
  'application/json; charset=utf-16',
  'multipart/form-data',
  'text/event-stream',
  '"',
  '*',
  'a=b; '.repeat(500),
  '__proto__',
  `${'é'.repeat(50)}`,
  'http://evil.example',
  '?1',
  '\t',
]

const segments = (path: string) => path.split('/').filter((part) => part.startsWith(':')).length
const withNames = (path: string, name: string) => path.replace(/:\w+(\{.*?\})?/g, () => name)

async function faultOf(path: string, init: RequestInit): Promise<string | undefined> {
  const fault = rig.faultOf(await rig.ask(path, init))
  return fault && `${init.method} ${path.slice(0, 100)}: ${fault}`
}

test('names in paths and words in headers, on every plain route', async () => {
  const faults: (string | undefined)[] = []
  const routes = [...new Map(rig.routes.map((route) => [`${route.method} ${route.path}`, route])).values()]
  expect(routes.length).toBeGreaterThan(15)
  for (const { method, path } of routes) {
    const isDevices = path.startsWith('/device/v1')
    const headers = isDevices ? await rig.deviceHeaders() : rig.adminHeaders()
    const body = ['GET', 'HEAD'].includes(method) ? {} : { body: '{}' }
    if (segments(path) > 0)
      for (const name of NAMES)
        faults.push(await faultOf(withNames(path, name), { method, headers, ...body }))
    for (const header of HEADERS)
      for (const word of WORDS.filter((_, i) => (i + header.length) % 3 === 0))
        faults.push(
          await faultOf(withNames(path, ZEROS), {
            method,
            headers: { ...headers, [header]: Buffer.from(word).toString('latin1') },
            ...body,
          }),
        )
  }
  expect([...faults.filter(Boolean), ...rig.newErrors()].slice(0, 10)).toEqual([])
})

describe('the admin API as an address', () => {
  const batch = (count: number) => Array.from({ length: count }, () => 'models.list').join(',')
  const cases: [string, RequestInit?][] = [
    ['/trpc/'],
    ['/trpc/models'],
    ['/trpc/models.'],
    ['/trpc/.'],
    ['/trpc/__proto__'],
    ['/trpc/models.__proto__'],
    ['/trpc/constructor.name'],
    ['/trpc/toString'],
    ['/trpc/models.list%00'],
    ['/trpc/%zz'],
    ['/trpc/,,,?batch=1'],
    [`/trpc/${batch(21)}?batch=1`],
    [`/trpc/${batch(5_000)}?batch=1`],
    [`/trpc/${batch(3)}?batch=1&input=[]`],
    [`/trpc/${batch(3)}?batch=1&input={"0":1,"__proto__":2}`],
    ['/trpc/models.list?batch=1&input=7'],
    ['/trpc/models.list?input={}&input=[]'],
    ['/trpc/models.list?batch=2&input={'],
    ['/trpc/models.create,devices.revoke?batch=1', { method: 'POST', body: '{"0":{"json":1}}' }],
    ['/trpc/models.create', { method: 'POST' }],
    ['/trpc/models.create', { method: 'GET' }],
    ['/trpc/models.list', { method: 'POST', body: '{}' }],
    [
      '/trpc/models.create',
      { method: 'POST', body: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    ],
    ['/trpc/models.create', { method: 'POST', body: '{}', headers: { 'content-type': 'text/plain' } }],
    [
      '/trpc/models.create',
      { method: 'POST', body: new Uint8Array(64), headers: { 'content-type': 'application/octet-stream' } },
    ],
    [
      '/trpc/models.create',
      { method: 'POST', body: '--x--', headers: { 'content-type': 'multipart/form-data; boundary=x' } },
    ],
    [
      '/trpc/models.create',
      {
        method: 'POST',
        body: '{}',
        headers: { 'content-encoding': 'gzip', 'content-type': 'application/json' },
      },
    ],
  ]
  test.each(cases)('%s', async (path, init = {}) => {
    const came = await rig.ask(path, {
      ...init,
      headers: { ...rig.adminHeaders(), ...(init.headers as object) },
    })
    expect([rig.faultOf(came), came.status, ...rig.newErrors()]).toEqual([undefined, expect.any(Number)])
  })
})

/** What came back on a socket of its own until it closed; nothing at all where the server would not listen. */
async function exchange(request: string | Buffer): Promise<string> {
  const socket = net.connect(port, '127.0.0.1')
  socket.setTimeout(5_000, () => socket.destroy())
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  // Half of it is closed: the server sees that no more comes.
  socket.end(request)
  let text = ''
  socket.on('data', (part) => {
    text += part.toString('latin1')
  })
  await new Promise((resolve) => socket.once('close', resolve))
  return text
}

const ROUTES = [
  'POST /trpc/models.create',
  'POST /device/v1/enrol',
  'POST /auth/sign-in/username',
  `PUT /artifacts/${ZEROS}`,
] as const
const RAW: readonly [what: string, rest: string][] = [
  ['a body that is cut off', 'content-length: 500\r\n\r\n{"name":'],
  ['no length', '\r\n{"name":1}'],
  ['a length that is too short', 'content-length: 3\r\n\r\n{"name":1}'],
  ['a length that is none', 'content-length: twelve\r\n\r\n{}'],
  ['a negative length', 'content-length: -5\r\n\r\n{}'],
  ['two lengths', 'content-length: 2\r\ncontent-length: 3\r\n\r\n{}'],
  ['a length and chunks', 'content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['chunks that are cut off', 'transfer-encoding: chunked\r\n\r\n10\r\n{"na'],
  ['a chunk of no size', 'transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n'],
  ['a chunk of more than all', 'transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}\r\n0\r\n\r\n'],
  ['a length of petabytes', 'content-length: 9007199254740993\r\n\r\n{}'],
  ['an unknown encoding', 'transfer-encoding: gzip\r\n\r\n{}'],
  ['a header without end', `x-long: ${'x'.repeat(40_000)}\r\n\r\n`],
  ['thousands of headers', `${'a: b\r\n'.repeat(5_000)}\r\n`],
  ['a header in lines', 'x-folded: a\r\n b\r\ncontent-length: 2\r\n\r\n{}'],
  ['bytes in a header', 'x-bytes: \u0001\u0002\r\ncontent-length: 2\r\n\r\n{}'],
]

describe.each(ROUTES)('over a socket, %s bears', (route) => {
  test.each(RAW)('%s', async (_, rest) => {
    const head = `${route} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer ${rig.control.keys.admin}\r\ncontent-type: application/json\r\n`
    const text = await exchange(Buffer.from(head + rest, 'latin1'))
    for (const [, status] of text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)) expect(Number(status)).toBeLessThan(500)
    expect([leakIn(text, rig.control.home), ...rig.newErrors()]).toEqual([undefined])
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
  })
})
