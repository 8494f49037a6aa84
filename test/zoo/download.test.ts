// Downloads from servers that misbehave, over real HTTP: what ends with the right bytes, what is refused, and from which
// byte it went on.

import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Download, downloadFile } from '#admin/client/zoo/download.ts'
import { validatorsIn } from '#admin/client/zoo/validators.ts'
import { createRandom } from '#core/random.ts'
import { ArtifactStore, digestOf } from '#platform/artifact-store.ts'
import { injectFaults } from '#platform/fault-point.ts'
import { type Answer, openFileServer, partly, plain, ranged, status } from './file-server.ts'

const random = createRandom(7)
const BYTES = Uint8Array.from({ length: 300_000 }, () => Math.floor(random() * 256))
const HALF = 150_000
const OTHER = BYTES.map((byte) => byte ^ 1)
const ref = { digest: digestOf(BYTES), sizeBytes: BYTES.length }

let folder: string
let count = 0
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tandem-zoo-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** From what had arrived when the line went: at most what was sent. */
const isRest = (range: string | undefined): boolean => {
  const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0)
  return from > 0 && from <= HALF
}

/** One machine's store, and a server that is asked by it. */
async function place(...answers: Answer[]) {
  const home = path.join(folder, String(count++))
  const store = new ArtifactStore(home)
  const server = await openFileServer(...answers)
  const told: number[] = []
  const fetchIt = (more: Partial<Download> = {}) =>
    downloadFile({
      ref,
      url: `${server.url}/model.onnx`,
      store,
      validators: validatorsIn(path.join(home, 'validators')),
      onProgress: (done) => told.push(done),
      pauseFirstMs: 1,
      ...more,
    })
  const isWhole = () => store.isIntact(ref)
  return { server, store, told, fetchIt, isWhole, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

describe('ends with the right bytes from a server that', () => {
  const cases: [string, Answer[], ('whole' | 'rest')[]][] = [
    ['has them', [ranged(BYTES)], ['whole']],
    [
      'cuts the line half-way',
      [partly(BYTES, HALF, 'cut', { etag: '"one"' }), ranged(BYTES)],
      ['whole', 'rest'],
    ],
    ['cuts the line and knows no ranges', [partly(BYTES, HALF, 'cut'), plain(BYTES)], ['whole', 'rest']],
    ['fails, then asks for time', [status(500), status(503, { 'retry-after': '0' }), ranged(BYTES)], []],
    [
      'has another version by then',
      [partly(OTHER, HALF, 'cut', { etag: '"old"' }), ranged(BYTES, '"new"')],
      ['whole', 'rest'],
    ],
    [
      'had another version, and tells no versions apart',
      [partly(OTHER, HALF, 'cut'), ranged(BYTES)],
      ['whole', 'rest', 'whole'],
    ],
    ['sent other bytes once', [plain(OTHER), plain(BYTES)], ['whole', 'whole']],
    [
      'sends a piece at a time',
      [
        (_request, response) => {
          response.writeHead(200, { 'content-length': BYTES.length })
          const send = (at: number): unknown =>
            at >= BYTES.length
              ? response.end()
              : response.write(BYTES.subarray(at, at + 30_000), () => setTimeout(send, 5, at + 30_000))
          send(0)
        },
      ],
      ['whole'],
    ],
  ]
  test.each(cases)('%s', async (_, answers, asked) => {
    await using here = await place(...answers)
    await here.fetchIt()
    expect(await here.isWhole()).toBe(true)
    expect(here.told.at(-1)).toBe(BYTES.length)
    if (asked.length > 0)
      expect(here.server.asked.map(({ range }) => (isRest(range) ? 'rest' : 'whole'))).toEqual(asked)
  })

  test('falls silent', async () => {
    await using here = await place(partly(BYTES, HALF, 'silence'), ranged(BYTES))
    await here.fetchIt({ silenceMaxMs: 1_000 })
    expect(await here.isWhole()).toBe(true)
    expect(here.server.asked.length).toBeGreaterThan(1)
  })

  test('sends one elsewhere, also in mid-way', async () => {
    await using there = await openFileServer(partly(BYTES, HALF, 'cut', { etag: '"one"' }), ranged(BYTES))
    await using here = await place(status(302, { location: `${there.url}/cdn/x` }))
    await here.fetchIt()
    expect(await here.isWhole()).toBe(true)
    expect(there.asked).toEqual([
      { path: '/cdn/x' },
      { path: '/cdn/x', range: expect.toSatisfy(isRest), ifRange: '"one"' },
    ])
  })
})

describe('is refused where the server', () => {
  const cases: [string, Answer[], string, number][] = [
    ['does not have it', [status(404)], 'it answers 404, expected the file', 1],
    ['does not let anybody', [status(403)], 'it answers 403', 1],
    ['has other bytes, twice', [plain(OTHER)], 'it has other bytes', 2],
    ['says that it is longer', [plain(new Uint8Array(400_000))], 'it has 400000 bytes, expected 300000', 1],
    [
      'sends more than it should, and no length',
      [(_request, response) => void response.writeHead(200).end(new Uint8Array(400_000))],
      'it has other bytes',
      2,
    ],
    ['only fails', [status(500)], 'it answers 500', 5],
    [
      'sends less than it should, and no length',
      [(_request, response) => void response.writeHead(200).end(BYTES.subarray(0, HALF))],
      'the answer ended after 150000 of 300000 bytes',
      5,
    ],
  ]
  test.each(cases)('%s', async (_, answers, message, requests) => {
    await using here = await place(...answers)
    await expect(here.fetchIt()).rejects.toThrow(message)
    expect(await here.isWhole()).toBe(false)
    expect(here.server.asked).toHaveLength(requests)
  })

  test('is not there', async () => {
    await using here = await place(status(200))
    await here.server[Symbol.asyncDispose]()
    await expect(here.fetchIt()).rejects.toThrow('it cannot be reached (ECONNREFUSED)')
  })
})

test('another run goes on where the first one ended, if it is still the same version', async () => {
  await using here = await place(partly(BYTES, HALF, 'cut', { etag: '"one"' }), status(404))
  await expect(here.fetchIt()).rejects.toThrow('404')
  here.server.answers = [ranged(BYTES)]
  await here.fetchIt()
  expect(await here.isWhole()).toBe(true)
  expect(here.server.asked.at(-1)).toEqual({
    path: '/model.onnx',
    range: expect.toSatisfy(isRest),
    ifRange: '"one"',
  })
})

test('a full disk is told, and what came before stays for the next run', async () => {
  await using here = await place(ranged(BYTES))
  let written = 0
  injectFaults(async (point, run) => {
    if (point.operation === 'write' && point.path.includes('partial') && ++written > 2)
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
    return run()
  })
  try {
    await expect(here.fetchIt()).rejects.toThrow('the disk is full; the same command goes on from here')
  } finally {
    injectFaults(undefined)
  }
  const kept = await here.store.partialBytes(ref.digest)
  expect(kept).toBeGreaterThan(0)
  await here.fetchIt()
  expect(await here.isWhole()).toBe(true)
  expect(here.server.asked.at(-1)?.range).toBe(`bytes=${kept}-`)
})

test('a file that no disk could take is not begun', async () => {
  await using here = await place(ranged(BYTES))
  const huge = { ...ref, sizeBytes: Number.MAX_SAFE_INTEGER }
  await expect(here.fetchIt({ ref: huge })).rejects.toThrow(/the disk has [\d.]+ MB free, expected/)
  expect(here.server.asked).toHaveLength(0)
})
