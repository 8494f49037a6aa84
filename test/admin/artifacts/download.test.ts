// Artifacts as admins fetch them and devices do, from either kind of store: whole, in part, under conditions.

import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digestOf } from '#platform/artifact-store.ts'
import { enrolDevice, type FakeDevice } from '#test/admin/fake-device.ts'
import { addTinyModel } from '#test/admin/measured-pair.ts'
import { TINY_LABELS } from '#test/vision/tiny-model.ts'
import { CONTROLS, foldersOf, type StoredControl } from './stored-control.ts'

describe.each(CONTROLS)('%s', (_, open) => {
  let control: StoredControl
  let device: FakeDevice
  const bytes = randomBytes(3 * 1024 ** 2)
  const digest = digestOf(bytes)
  const etag = `"${digest}"`
  beforeAll(async () => {
    control = await open()
    device = await enrolDevice(control, { name: 'pi', tier: 'local' })
    await control.put(bytes)
    // A device is told of it by a job. The model passes the gate by way of a file, also from a bucket.
    await addTinyModel(control, 'light', 8)
    const labels = await control.put(JSON.stringify(TINY_LABELS))
    const images = [{ digest, label: 0, path: 'image.png' }]
    await control.admin.datasets.create.mutate({ name: 'one', labels, images })
    await control.admin.profiles.create.mutate({ dataset: 'one', models: ['light'], devices: ['pi'] })
  })
  afterAll(() => control[Symbol.asyncDispose]())

  const asAdmin = (name: string, init: RequestInit = {}, key = control.keys.operator) =>
    control.request(`/artifacts/${name}`, {
      ...init,
      headers: { authorization: `Bearer ${key}`, ...init.headers },
    })
  const askers: [string, (headers?: Record<string, string>, method?: string) => Promise<Response>][] = [
    ['an operator', (headers = {}, method = 'GET') => asAdmin(digest, { method, headers })],
    ['a device', (headers = {}, method = 'GET') => device.send(`/artifacts/${digest}`, { method, headers })],
  ]

  describe.each(askers)('for %s', (_, ask) => {
    test('whole, with its size and its name, as what no browser runs', async () => {
      const answer = await ask()
      expect([answer.status, answer.headers.get('etag')]).toEqual([200, etag])
      expect(answer.headers.get('content-length')).toBe(String(bytes.length))
      expect(answer.headers.get('content-type')).toBe('application/octet-stream')
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
      expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true)
    })

    test('by HEAD, without the bytes', async () => {
      const answer = await ask({}, 'HEAD')
      expect([answer.status, answer.headers.get('content-length')]).toEqual([200, String(bytes.length)])
      expect((await answer.arrayBuffer()).byteLength).toBe(0)
    })

    test.each<[string, Record<string, string>, number, number, number]>([
      ['a range', { range: 'bytes=1000-1999' }, 206, 1_000, 2_000],
      ['a range to the end', { range: 'bytes=3145700-' }, 206, 3_145_700, 3_145_728],
      ['a range past the end', { range: 'bytes=3145700-9999999' }, 206, 3_145_700, 3_145_728],
      ['a range of this version', { range: 'bytes=5-9', 'if-range': etag }, 206, 5, 10],
      ['a range of another version', { range: 'bytes=5-9', 'if-range': '"other"' }, 200, 0, 3_145_728],
      [
        'a range since a date',
        { range: 'bytes=5-9', 'if-range': new Date().toUTCString() },
        200,
        0,
        3_145_728,
      ],
      ['what it does not have', { 'if-none-match': '"other"' }, 200, 0, 3_145_728],
    ])('%s', async (_, headers, status, from, to) => {
      const answer = await ask(headers)
      expect(answer.status).toBe(status)
      expect(answer.headers.get('content-range')).toBe(
        status === 206 ? `bytes ${from}-${to - 1}/${bytes.length}` : null,
      )
      expect(Buffer.from(await answer.arrayBuffer()).equals(bytes.subarray(from, to))).toBe(true)
    })

    test('a range behind the end is refused, and what it has is not sent again', async () => {
      const behind = await ask({ range: 'bytes=3145728-' })
      expect([behind.status, behind.headers.get('content-range')]).toEqual([416, `bytes */${bytes.length}`])
      for (const tag of [etag, `"other", W/${etag}`, '*'])
        expect((await ask({ 'if-none-match': tag })).status, tag).toBe(304)
    })
  })

  test('not for viewers and strangers, and not what does not exist', async () => {
    expect((await asAdmin(digest, {}, control.keys.viewer)).status).toBe(403)
    expect((await asAdmin(digest, {}, 'nobody')).status).toBe(401)
    expect((await asAdmin(digestOf('nothing'))).status).toBe(404)
    expect((await asAdmin('..%2f..%2fadmin.key')).status).toBe(400)
  })

  test('that has gone from its store is not found, and the log tells', async () => {
    const lost = await control.put('lost')
    await control.ctx.artifacts.remove(lost)
    expect((await asAdmin(lost)).status).toBe(404)
    expect(control.log.some((line) => line.includes('gone from its store') && line.includes(lost))).toBe(true)
  })

  test('that was changed in its store is refused to whoever reads it here', async () => {
    const labels = await control.put(JSON.stringify(['a', 'b']))
    const spoilt = Buffer.from(JSON.stringify(['a', 'x']))
    if (control.stub) {
      const [key] = [...control.stub.objects.keys()].filter((k) => k.endsWith(labels.slice(7)))
      control.stub.objects.set(key!, { bytes: spoilt, at: new Date().toISOString() })
    } else {
      await writeFile(foldersOf(control).path(labels), spoilt)
    }
    const images = [{ digest, label: 0, path: 'image.png' }]
    await expect(control.admin.datasets.create.mutate({ name: 'two', labels, images })).rejects.toThrow()
  })
})
