// Every answer has a name by which the log knows it: the client's own, where that is harmless.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '#test/harness/until.ts'
import { threadHost } from '#workers/host/thread-host.ts'
import type { ServedImage } from '#workers/serve/request-context.ts'
import { redPng } from '../serve/bad-images.ts'
import { type FrontDoorRig, frontDoorRig } from './front-door-rig.ts'

let rig: FrontDoorRig
let red: Buffer
const served: ServedImage[] = []
beforeAll(async () => {
  red = await redPng()
  rig = await frontDoorRig({
    host: threadHost(),
    ports: { onAnswer: (_answer, _totalMs, image) => void served.push(image) },
  })
  await rig.install()
})
afterAll(() => rig[Symbol.asyncDispose]())

const MADE = /^[0-9a-f]{8}-[0-9a-f]{4}-4/
const lines = () => rig.log.map((line) => JSON.parse(line) as Record<string, unknown>)
const post = (id: string | undefined, body: Uint8Array = red) =>
  fetch(`${rig.url}/v1/classify?topK=1`, {
    method: 'POST',
    body,
    headers: id === undefined ? {} : { 'x-request-id': id },
  })

describe('a request', () => {
  test.each<[string, string | undefined, RegExp]>([
    ['keeps the id of its client', 'camera-7:frame.42_a', /^camera-7:frame\.42_a$/],
    ['gets one where it has none', undefined, MADE],
    ['gets one where it is too long', 'x'.repeat(65), MADE],
    ['gets one where a log would be fooled', '"} {"level":60', MADE],
    ['gets one where a shell would be fooled', '$(reboot)', MADE],
    ['gets one where it is empty', '', MADE],
  ])('%s', async (_name, given, id) => {
    const response = await post(given)
    expect(response.headers.get('x-request-id')).toMatch(id)
    expect(served.at(-1)!.context.requestId).toMatch(id)
  })

  test('has one line in the log, with its id and without what it asked', async () => {
    await post('line-1')
    await post('line-2', Buffer.from('no image'))
    await until('both are logged', () => lines().some((line) => line.requestId === 'line-2'))
    const own = lines().filter((line) => String(line.requestId).startsWith('line-'))
    expect(own).toMatchObject([
      { requestId: 'line-1', method: 'POST', path: '/v1/classify', status: 200, level: 20, isCut: false },
      { requestId: 'line-2', method: 'POST', path: '/v1/classify', status: 415, level: 20, isCut: false },
    ])
  })

  test('that the worker could not answer is a warning', async () => {
    await using empty = await frontDoorRig({ host: threadHost(), logLevel: 'info' })
    await fetch(`${empty.url}/v1/classify`, {
      method: 'POST',
      body: red,
      headers: { 'x-request-id': 'a-503' },
    })
    await until('it is logged', () => empty.log.length > 0)
    expect(empty.log.map((line) => JSON.parse(line))).toMatchObject([
      { level: 40, requestId: 'a-503', status: 503 },
    ])
  })
})

describe('what a request prefers', () => {
  const ask = async (query: string, headers: Record<string, string>) => {
    const response = await fetch(`${rig.url}/v1/classify${query}`, { method: 'POST', body: red, headers })
    const { labels } = (await response.json()) as { labels: unknown[] }
    const { preference, deadlineAtMs } = served.at(-1)!.context
    return { topK: labels.length, preference, hasDeadline: deadlineAtMs !== undefined }
  }

  test.each<[string, string, Record<string, string>, object]>([
    ['nothing', '', {}, { topK: 1, preference: 'balanced', hasDeadline: false }],
    [
      'by its query',
      '?topK=2&preference=latency&deadlineMs=5000',
      {},
      { topK: 2, preference: 'latency', hasDeadline: true },
    ],
    [
      'by its headers',
      '',
      { 'tandem-top-k': '2', 'tandem-preference': 'energy', 'tandem-deadline-ms': '5000' },
      { topK: 2, preference: 'energy', hasDeadline: true },
    ],
    [
      'by both, of which the query wins',
      '?topK=3',
      { 'tandem-top-k': '2', 'tandem-preference': 'local-only' },
      { topK: 3, preference: 'local-only', hasDeadline: false },
    ],
  ])('is told %s', async (_name, query, headers, expected) => {
    expect(await ask(query, headers)).toEqual(expected)
  })

  test('is the deployment’s where it does not say, and its deadline as well', async () => {
    const deployment = await rig.store({ version: 2 })
    const policy = { ...deployment.policy, preference: 'accuracy' as const, latencyBudgetMs: 4_000 }
    await rig.generations.start({ ...deployment, policy })
    rig.generations.switchTo(deployment.id)
    const startMs = performance.now()
    expect(await ask('', {})).toMatchObject({ preference: 'accuracy', hasDeadline: true })
    expect(await ask('?preference=local-only', {})).toMatchObject({ preference: 'local-only' })
    const leftMs = served.at(-1)!.context.deadlineAtMs! - startMs
    expect(leftMs).toBeGreaterThanOrEqual(4_000)
  })

  test('in time or not at all is refused where others had their turn until then', async () => {
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const labels = [{ index: 0, name: 'edge', score: 1 }]
    await using narrow = await frontDoorRig({
      host: threadHost(),
      ports: { turns: { runningMax: 1, waitingMax: 8 } },
      offload: async () => {
        await released
        return { ok: true, model: 'heavy', labels, ms: 1 }
      },
    })
    await narrow.install()
    const classify = (query: string) =>
      fetch(`${narrow.url}/v1/classify?${query}`, { method: 'POST', body: red })
    const first = classify('preference=accuracy')
    const patient = classify('')
    const hurried = classify('deadlineMs=10')
    setTimeout(release, 500)
    expect((await first).status).toBe(200)
    expect((await patient).status).toBe(200)
    const response = await hurried
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ error: { code: 'late' } })
  })
})
