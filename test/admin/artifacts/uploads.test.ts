// Uploads in parts, as the control plane answers them, on both kinds of store.

import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sweepUploads } from '#admin/artifacts/uploads.ts'
import { digestOf } from '#platform/artifact-store.ts'
import { errorOf } from '#test/admin/control-rig.ts'
import { CONTROLS, offsetOf, type StoredControl, uploadOf } from './stored-control.ts'

const MIB = 1024 ** 2

describe.each(CONTROLS)('%s', (_, open) => {
  let control: StoredControl
  let upload: ReturnType<typeof uploadOf>
  beforeAll(async () => {
    control = await open()
    upload = uploadOf(control)
  })
  afterAll(() => control[Symbol.asyncDispose]())

  const file = (sizeBytes: number) => {
    const bytes = randomBytes(sizeBytes)
    return { bytes, digest: digestOf(bytes) }
  }
  /** Sends some bytes, then waits for `end`, and breaks off. */
  const breakingOff = (bytes: Uint8Array, end: Promise<unknown> = Promise.resolve()) => {
    let isSent = false
    return new ReadableStream({
      async pull(stream) {
        if (!isSent) stream.enqueue(bytes)
        else {
          await end
          stream.error(new Error('connection lost'))
        }
        isSent = true
      },
    })
  }
  const row = async (digest: string) =>
    (await control.admin.artifacts.uploads.query()).find((u) => u.digest === digest)
  const fetched = async (digest: string) => {
    const answer = await control.request(`/artifacts/${digest}`, {
      headers: { authorization: `Bearer ${control.keys.operator}` },
    })
    return Buffer.from(await answer.arrayBuffer())
  }

  test('go from beginning to artifact, piece by piece', async () => {
    const { bytes, digest } = file(30 * MIB)
    const begun = await upload.begin(digest, bytes.length)
    expect(offsetOf(begun)).toEqual([201, 0, '?0'])
    expect(begun.headers.get('location')).toBe(`/artifacts/${digest}/upload`)
    expect(begun.headers.get('upload-limit')).toMatch(
      /^max-size=1073741824, min-append-size=\d+, max-age=86400$/,
    )
    const first = await upload.append(digest, 0, bytes.subarray(0, 16 * MIB))
    expect(offsetOf(first)).toEqual([200, 16 * MIB, '?0'])
    expect(offsetOf(await upload.look(digest))).toEqual([200, 16 * MIB, '?0'])
    expect(await control.admin.artifacts.missing.mutate({ digests: [digest] })).toEqual([digest])
    const last = await upload.append(digest, 16 * MIB, bytes.subarray(16 * MIB))
    expect(offsetOf(last)).toEqual([200, bytes.length, '?1'])
    expect((await fetched(digest)).equals(bytes)).toBe(true)
    const { mediaType } = await control.admin.artifacts.get.query({ digest })
    expect([mediaType, await row(digest)]).toEqual(['application/x-model', undefined])
    expect(offsetOf(await upload.begin(digest, bytes.length))).toEqual([200, bytes.length, '?1'])
  })

  test('keep what came before a connection broke off', async () => {
    const { bytes, digest } = file(20 * MIB)
    await upload.begin(digest, bytes.length)
    const broken = await upload.append(digest, 0, breakingOff(bytes.subarray(0, 15 * MIB)))
    expect((await errorOf(broken)).message).toContain('the connection broke off')
    const [, offset] = offsetOf(await upload.look(digest)) as [number, number]
    expect(offset).toBe(15 * MIB)
    expect(offsetOf(await upload.begin(digest, bytes.length))).toEqual([201, offset, '?0'])
    const last = await upload.append(digest, offset, bytes.subarray(offset))
    expect(offsetOf(last)).toEqual([200, bytes.length, '?1'])
    expect((await fetched(digest)).equals(bytes)).toBe(true)
  })

  test('take bytes from one request at a time, and the next one goes on', async () => {
    const { bytes, digest } = file(20 * MIB)
    await upload.begin(digest, bytes.length)
    let end!: () => void
    const held = upload.append(
      digest,
      0,
      breakingOff(
        bytes.subarray(0, 10 * MIB),
        new Promise<void>((resolve) => {
          end = resolve
        }),
      ),
    )
    // Until the first part of it is there, and the upload is held.
    while ((await row(digest))!.offsetBytes === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    const { offsetBytes } = (await row(digest))!
    const second = await upload.append(digest, offsetBytes, bytes.subarray(offsetBytes))
    expect(offsetOf(second)).toEqual([409, offsetBytes, null])
    expect(second.headers.get('retry-after')).toBe('1')
    expect((await errorOf(second)).message).toContain('another request adds to it')
    expect((await upload.drop(digest)).status).toBe(409)
    end()
    await held
    const now = (await row(digest))!.offsetBytes
    const third = await upload.append(digest, now, bytes.subarray(now))
    expect(offsetOf(third)).toEqual([200, bytes.length, '?1'])
    expect((await fetched(digest)).equals(bytes)).toBe(true)
  })

  test('sent by ten at once make one artifact', async () => {
    const { bytes, digest } = file(9 * MIB)
    const begun = await Promise.all(
      Array.from({ length: 10 }, async () => (await upload.begin(digest, bytes.length)).status),
    )
    expect(new Set(begun)).toEqual(new Set([201]))
    const answers = await Promise.all(Array.from({ length: 10 }, () => upload.append(digest, 0, bytes)))
    const codes = answers.map(({ status }) => status)
    expect(codes.filter((status) => status === 200)).toHaveLength(1)
    expect(codes.filter((status) => ![200, 404, 409].includes(status))).toEqual([])
    expect((await fetched(digest)).equals(bytes)).toBe(true)
  })

  test('of other bytes are refused at the end and can be begun anew', async () => {
    const { bytes, digest } = file(9 * MIB)
    await upload.begin(digest, bytes.length)
    const wrong = await upload.append(digest, 0, randomBytes(bytes.length))
    expect([wrong.status, (await errorOf(wrong)).message]).toEqual([400, expect.stringContaining(digest)])
    expect((await upload.look(digest)).status).toBe(404)
    expect(await control.admin.artifacts.missing.mutate({ digests: [digest] })).toEqual([digest])
    await upload.begin(digest, bytes.length)
    expect(offsetOf(await upload.append(digest, 0, bytes))).toEqual([200, bytes.length, '?1'])
  })

  test('refuse bytes from elsewhere than they are, and say where that is', async () => {
    const { bytes, digest } = file(9 * MIB)
    await upload.begin(digest, bytes.length)
    const answer = await upload.append(digest, 5, bytes.subarray(5))
    expect(offsetOf(answer)).toEqual([409, 0, null])
    expect(answer.headers.get('retry-after')).toBeNull()
  })

  test('refuse more bytes than they said', async () => {
    const { bytes, digest } = file(9 * MIB)
    await upload.begin(digest, bytes.length)
    const answer = await upload.append(digest, 0, Buffer.concat([bytes, bytes]))
    expect([answer.status, (await errorOf(answer)).code]).toEqual([413, 'too-large'])
  })

  test.each([
    ['nothing', '0', 400],
    ['over 1 GiB', String(1024 ** 3 + 1), 413],
    ['no number', 'many', 400],
    ['less than nothing', '-1', 400],
  ])('of %s are not begun', async (_, length, status) => {
    const answer = await control.request(`/artifacts/${digestOf(length)}/upload`, {
      method: 'POST',
      headers: { authorization: `Bearer ${control.keys.operator}`, 'upload-length': length },
    })
    expect(answer.status).toBe(status)
  })

  test('given up by hand leave nothing', async () => {
    const { bytes, digest } = file(12 * MIB)
    const before = control.stub?.uploads.size
    await upload.begin(digest, bytes.length)
    await upload.append(digest, 0, bytes.subarray(0, 9 * MIB))
    expect((await upload.drop(digest)).status).toBe(204)
    expect((await upload.look(digest)).status).toBe(404)
    expect((await upload.drop(digest)).status).toBe(404)
    expect(control.stub?.uploads.size).toBe(before)
  })

  test('that nobody goes on with are swept, and others are not', async () => {
    const [old, young] = [file(20 * MIB), file(20 * MIB)]
    for (const { bytes, digest } of [old, young]) {
      await upload.begin(digest, bytes.length)
      await upload.append(digest, 0, bytes.subarray(0, 8 * MIB))
    }
    await control.database.pool.query(
      "update uploads set touched_at = now() - interval '2 hours' where digest = $1",
      [old.digest],
    )
    expect(await sweepUploads(control.ctx, 1)).toBe(1)
    expect([await row(old.digest), (await row(young.digest))?.offsetBytes]).toEqual([undefined, 8 * MIB])
    expect(await sweepUploads(control.ctx, 1)).toBe(0)
  })

  test('that were staged in another store begin anew', async () => {
    const { bytes, digest } = file(9 * MIB)
    await upload.begin(digest, bytes.length)
    await control.database.pool.query(
      "update uploads set place = 'elsewhere', offset_bytes = 5 where digest = $1",
      [digest],
    )
    expect(offsetOf(await upload.begin(digest, bytes.length))).toEqual([201, 0, '?0'])
    expect(offsetOf(await upload.append(digest, 0, bytes))).toEqual([200, bytes.length, '?1'])
  })

  test('are not for viewers, nor for strangers', async () => {
    const { digest } = file(9)
    expect((await uploadOf(control, control.keys.viewer).begin(digest, 9)).status).toBe(403)
    expect((await uploadOf(control, 'nobody').begin(digest, 9)).status).toBe(401)
  })
})

describe('on a bucket', () => {
  test('pieces that the bucket does not take are refused by their size, and a bucket that is away is told', async () => {
    await using control = await CONTROLS[1]![1]()
    const upload = uploadOf(control)
    const bytes = randomBytes(12 * MIB)
    const digest = digestOf(bytes)
    await upload.begin(digest, bytes.length)
    const small = await upload.append(digest, 0, bytes.subarray(0, MIB))
    expect([small.status, (await errorOf(small)).message]).toEqual([
      400,
      expect.stringContaining('expected at least 5242880'),
    ])
    control.stub!.fail('PUT', { is: 'error', status: 500, code: 'InternalError' }, 4)
    const away = await upload.append(digest, 0, bytes)
    expect([away.status, await errorOf(away)]).toEqual([
      503,
      {
        code: 'unavailable',
        message: 'Cannot reach the artifact store; the control plane’s log has the cause',
      },
    ])
    expect(control.log.some((line) => line.includes('InternalError'))).toBe(true)
    expect(offsetOf(await upload.append(digest, 0, bytes))).toEqual([200, bytes.length, '?1'])
  })
})
