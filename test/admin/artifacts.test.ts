// Artifact bytes over HTTP: put by admins, fetched by devices, whole or in part.

import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digestOf } from '#platform/artifact-store.ts'
import { TINY_LABELS } from '#test/vision/tiny-model.ts'
import { type Control, openControl } from './control-rig.ts'
import { enrolDevice, type FakeDevice } from './fake-device.ts'
import { addTinyModel } from './measured-pair.ts'

let control: Control
let device: FakeDevice
beforeAll(async () => {
  control = await openControl()
  device = await enrolDevice(control, { name: 'pi', tier: 'local' })
})
afterAll(() => control[Symbol.asyncDispose]())

const put = (digest: string, body?: string | ReadableStream, headers: Record<string, string> = {}) =>
  control.request(`/artifacts/${digest}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${control.keys.operator}`, ...headers },
    ...(body === undefined ? {} : { body, duplex: 'half' }),
  })

const fetchAs = (digest: string, headers: Record<string, string> = {}) =>
  device.send(`/artifacts/${digest}`, { headers })

/** By a job over it: a device gets nothing that it was not told of. */
async function tellOf(digest: string): Promise<void> {
  await addTinyModel(control, 'light', 8)
  const labels = await control.put(JSON.stringify(TINY_LABELS))
  const images = [{ digest, label: 0, path: 'image.png' }]
  await control.admin.datasets.create.mutate({ name: 'one', labels, images })
  await control.admin.profiles.create.mutate({ dataset: 'one', models: ['light'], devices: ['pi'] })
}

const unfinished = () => readdir(path.join(control.home, 'artifacts', 'tmp'))

describe('PUT /artifacts/:digest', () => {
  test('keeps bytes that are what their name says, once and again', async () => {
    const digest = digestOf('hello')
    for (let i = 0; i < 2; i++) {
      const answer = await put(digest, 'hello')
      expect(answer.status).toBe(201)
      expect(await answer.json()).toEqual({ digest, sizeBytes: 5 })
    }
    expect(await control.admin.artifacts.missing.mutate({ digests: [digest] })).toEqual([])
  })

  test('refuses other bytes than the name says, and leaves nothing behind', async () => {
    const digest = digestOf('what was meant')
    const answer = await put(digest, 'what came')
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      error: { code: 'invalid', message: expect.stringContaining(digest) },
    })
    expect(await unfinished()).toEqual([])
    expect((await fetchAs(digest)).status).toBe(404)
    expect(await control.admin.artifacts.missing.mutate({ digests: [digest, digest] })).toEqual([digest])
  })

  test('refuses a body over 1 GiB by what it says of itself, before reading it', async () => {
    let isRead = false
    const body = new ReadableStream(
      {
        pull(stream) {
          isRead = true
          stream.enqueue(new Uint8Array(1))
        },
      },
      { highWaterMark: 0 },
    )
    const answer = await put(digestOf('huge'), body, { 'content-length': String(1024 ** 3 + 1) })
    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({ error: { code: 'too-large' } })
    expect(isRead).toBe(false)
  })

  test('an upload that breaks off leaves nothing behind', async () => {
    const digest = digestOf('long file')
    let sent = false
    const body = new ReadableStream({
      pull(stream) {
        if (sent) stream.error(new Error('connection lost'))
        else stream.enqueue(Buffer.from('long '))
        sent = true
      },
    })
    expect((await put(digest, body)).status).toBeGreaterThanOrEqual(400)
    expect(await unfinished()).toEqual([])
    expect(await control.ctx.artifacts.size(digest)).toBeUndefined()
  })

  test.each([
    'nothing',
    'sha256:ABC',
    `sha256:${'0'.repeat(63)}`,
    '..%2f..%2fadmin.key',
    `sha1:${'0'.repeat(64)}`,
  ])('refuses the name %s', async (name) => {
    const answer = await put(name, 'bytes')
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      error: { code: 'invalid', message: expect.stringMatching(/^Cannot name artifact/) },
    })
  })

  test('refuses a request without a body, and one without a key', async () => {
    expect((await put(digestOf(''))).status).toBe(400)
    const answer = await put(digestOf('hello'), 'hello', { authorization: '' })
    expect(answer.status).toBe(401)
  })
})

describe('GET /device/v1/artifacts/:digest', () => {
  const bytes = '0123456789'
  const digest = digestOf(bytes)
  beforeAll(async () => {
    await control.put(bytes)
    await tellOf(digest)
  })

  test('gives the whole file with its size and its name', async () => {
    const answer = await fetchAs(digest)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-length')).toBe('10')
    expect(answer.headers.get('etag')).toBe(`"${digest}"`)
    expect(answer.headers.get('accept-ranges')).toBe('bytes')
    expect(await answer.text()).toBe(bytes)
  })

  test.each([
    ['bytes=4-', 206, '456789', 'bytes 4-9/10'],
    ['bytes=0-0', 206, '0', 'bytes 0-0/10'],
    ['bytes=2-5', 206, '2345', 'bytes 2-5/10'],
    ['bytes=8-999', 206, '89', 'bytes 8-9/10'],
    ['bytes=10-', 416, '', 'bytes */10'],
    ['bytes=99999999999999999999-', 416, '', 'bytes */10'],
    // What is not understood, or not a range at all, is answered with the whole file.
    ['bytes=-3', 200, bytes, null],
    ['bytes=0-1,4-5', 200, bytes, null],
    ['lines=1-2', 200, bytes, null],
    ['bytes=5-2', 200, bytes, null],
  ])('Range: %s is answered with %i', async (range, status, text, contentRange) => {
    const answer = await fetchAs(digest, { range })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-range')).toBe(contentRange)
    expect(await answer.text()).toBe(text)
    if (status !== 416) expect(answer.headers.get('content-length')).toBe(String(text.length))
  })

  test('does not know what was never stored, nor a name that is no digest', async () => {
    expect((await fetchAs(digestOf('nothing'))).status).toBe(404)
    expect((await fetchAs('..%2f..%2fadmin.key')).status).toBe(400)
  })

  test('needs a device: an admin key is none', async () => {
    const answer = await control.request(`/device/v1/artifacts/${digest}`, {
      headers: { authorization: `Bearer ${control.keys.admin}` },
    })
    expect(answer.status).toBe(401)
  })
})
