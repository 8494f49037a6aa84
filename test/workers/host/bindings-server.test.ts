// What a function can ask of its host: malformed calls are refused by code, and a handle is good for its image’s time alone.

import path from 'node:path'
import { type Dispatcher, Pool } from 'undici'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ImageRefused } from '#vision/image-refused.ts'
import { makeRig, type Rig } from './rig.ts'

describe('serveBindings()', () => {
  let rig: Rig
  let pool: Pool
  const open = (r: Rig) => new Pool('http://vision', { socketPath: path.join(r.folder, 'bindings.sock') })

  beforeEach(async () => {
    rig = await makeRig()
    pool = open(rig)
  })
  afterEach(async () => {
    await pool.close()
    await rig[Symbol.asyncDispose]()
  })

  test.each([
    ['no JSON', 'POST', '/infer', 'topK', 400, 'bad-call'],
    ['a call without its image', 'POST', '/infer', '{"topK":1}', 400, 'bad-call'],
    ['a topK out of range', 'POST', '/infer', '{"image":"x","topK":6}', 400, 'bad-call'],
    ['a feature that is none', 'POST', '/features', '{"image":"x","names":["smell"]}', 400, 'bad-call'],
    ['a handle that is not in service', 'POST', '/infer', '{"image":"x","topK":1}', 404, 'unknown-image'],
    ['a call that is none', 'POST', '/train', '{}', 404, 'unknown-call'],
    ['another method', 'PUT', '/infer', '{"image":"x","topK":1}', 404, 'unknown-call'],
    ['a body that is too large', 'POST', '/infer', `"${'x'.repeat(20_000)}"`, 413, 'too-large'],
  ] as const)('refuses %s', async (_, method, url, body, status, code) => {
    expect(await ask(pool, { method, path: url, body })).toMatchObject({ status, body: { error: { code } } })
    expect(rig.errors).toEqual([])
  })

  test('a handle ends when its image is deleted', async () => {
    const handle = rig.image(5)
    const call = { method: 'POST', path: '/infer', body: JSON.stringify({ image: handle, topK: 1 }) } as const
    expect(await ask(pool, call)).toMatchObject({ status: 200, body: { labels: [{ index: 5 }] } })
    rig.images.delete(handle)
    expect(await ask(pool, call)).toMatchObject({ status: 404 })
    expect(rig.images.size).toBe(0)
  })

  test.each([
    [new ImageRefused('damaged', 'Cannot decode image: is damaged'), 422, 'damaged', 0],
    [new RangeError('secret path /etc'), 500, 'failed', 1],
  ])('tells the function %s by code, and the host what is its fault', async (error, status, code, heard) => {
    const fail = () => Promise.reject(error)
    const failing = await makeRig({ vision: { features: fail, infer: fail } })
    const other = open(failing)
    const body = JSON.stringify({ image: failing.image(1), topK: 1 })
    const answer = await ask(other, { method: 'POST', path: '/infer', body })
    expect(answer).toMatchObject({ status, body: { error: { code } } })
    expect(JSON.stringify(answer)).not.toContain('secret')
    expect(failing.errors).toHaveLength(heard)
    await other.close()
    await failing[Symbol.asyncDispose]()
  })
})

async function ask(pool: Pool, options: Dispatcher.RequestOptions) {
  const { statusCode, body } = await pool.request(options)
  return { status: statusCode, body: await body.json() }
}
