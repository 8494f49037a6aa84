// What makes a function unfit for a version, each told by a sentence; the examples are fit.

import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { bundleFunction } from '#platform/bundle-function.ts'
import { processesWith } from '#test/harness/process-table.ts'
import { checkFunction } from '#workers/dev/check-function.ts'

const ROOT = path.resolve(import.meta.dirname, '../../..')

const ANSWER = `{
  labels: [{ index: 0, name: 'red', score: 1 }], tier: 'local', model: 'm', timingsMs: {},
  decision: { router: 'x', version: 1, score: null, threshold: null, reason: 'routed' },
}`

/** Healthy; answers what `body` returns. */
const answering = (body: string) => `export default {
  async fetch(request, env) {
    if (request.url.endsWith('/healthz')) return new Response('ok')
    const answer = ${ANSWER}
    ${body}
  },
}`

describe('checkFunction()', () => {
  test.each([
    'functions/classify/classify.ts',
    'functions/examples/two-crops.ts',
    'functions/examples/minimal.ts',
  ])('accepts %s', async (file) => {
    const code = await bundleFunction(path.join(ROOT, file))
    expect(await checkFunction({ name: 'good', code })).toMatchObject({ ok: true, driver: 'workerd' })
  })

  test.each<[string, string, string]>([
    ['does not parse', 'export default {', 'it does not start: SyntaxError'],
    ['has no default export', 'export const x = 1', 'it does not start: TypeError'],
    ['has no fetch', 'export default {}', 'does not export a fetch() function'],
    [
      'throws as it loads',
      'nobody()\nexport default { fetch() {} }',
      'ReferenceError: nobody is not defined',
    ],
    ['throws for an image', answering('throw new Error("boo")'), 'expected 200 (it printed: Error: boo)'],
    ['answers text', answering('return new Response("hi")'), 'gives an answer that is not JSON'],
    ['answers without an end', answering('return new Response("x".repeat(1e6))'), 'that is too long'],
    [
      'answers nonsense',
      answering('return Response.json({ ...answer, labels: [] })'),
      'answers something else than an answer: "labels"',
    ],
    [
      'makes up a class',
      answering('return Response.json({ ...answer, labels: [{ index: 7, name: "cat", score: 1 }] })'),
      'answers class 7 "cat", expected one that a model has named',
    ],
    [
      'says that the edge has answered',
      answering('return Response.json({ ...answer, tier: "edge" })'),
      'says that the edge has answered',
    ],
    [
      'gives away what should stay on the device',
      answering(`const body = JSON.stringify({ image: request.headers.get('x-tandem-image'), topK: 1 })
    const edge = await (await env.EDGE.fetch('http://edge/classify', { method: 'POST', body })).json()
    return Response.json({ ...answer, tier: edge.ok ? 'edge' : 'local' })`),
      'for a client that wants local-only it sends the image to the edge',
    ],
    ['never answers', answering('await new Promise(() => {})'), 'on a local device it answers 500'],
    ['loops for an image', answering('for (;;);'), 'gives no answer in 3000 ms and is stuck in a loop'],
  ])('refuses what %s', async (_, code, complaint) => {
    const check = await checkFunction({ name: 'bad', code })
    expect(check).toMatchObject({ ok: false })
    const { reason } = check as { reason: string }
    expect(reason).toMatch(/^Cannot accept function "bad": /)
    expect(reason).toContain(complaint)
  })

  test('leaves no process behind, not even of a loop', async () => {
    expect(await processesWith('tandem-bench-')).toEqual([])
  })
})
