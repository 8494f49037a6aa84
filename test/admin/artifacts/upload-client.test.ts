// A large file on its way by the client, against a control plane as a process: what has come outlives kill -9 of the
// control plane, and a client that was killed goes on when it is asked again.

import { randomBytes } from 'node:crypto'
import { stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { digestOf } from '#platform/artifact-store.ts'
import { createTestDatabase } from '#test/harness/database.ts'
import { Fleet } from '#test/harness/fleet.ts'
import { S3Stub } from '#test/platform/artifacts/s3-stub.ts'

const MIB = 1024 ** 2
const SIZE = 60 * MIB

async function openFleet(stub: S3Stub | undefined) {
  const scratch = await createTestDatabase()
  const settings = stub && {
    TANDEM_S3_ENDPOINT: stub.endpoint,
    TANDEM_S3_BUCKET: stub.settings.bucket,
    TANDEM_S3_REGION: stub.settings.region,
    TANDEM_S3_ACCESS_KEY_ID: stub.settings.accessKeyId,
    TANDEM_S3_SECRET_ACCESS_KEY: stub.settings.secretAccessKey,
  }
  const fleet = await Fleet.create(scratch.url, settings)
  await fleet.startControl()
  return {
    fleet,
    async [Symbol.asyncDispose]() {
      await fleet[Symbol.asyncDispose]()
      await scratch.drop()
      await stub?.[Symbol.asyncDispose]()
    },
  }
}

describe.each<[string, () => Promise<S3Stub | undefined>]>([
  ['on folders', async () => undefined],
  ['on a bucket', () => S3Stub.start()],
])('%s', (_, start) => {
  test('an upload goes on where it was after the control plane was killed in the middle of it', async () => {
    const stub = await start()
    await using opened = await openFleet(stub)
    const { fleet } = opened
    const bytes = randomBytes(SIZE)
    const file = path.join(fleet.home, 'large.onnx')
    await writeFile(file, bytes)
    const seen: number[] = []
    let restarted: Promise<void> | undefined
    const onProgress = (done: number) => {
      seen.push(done)
      if (done === 0 || restarted) return
      // While the next piece is on its way.
      restarted = (async () => {
        await new Promise((resolve) => setTimeout(resolve, 30))
        fleet.process('control').kill()
        await fleet.process('control').ended
        await fleet.startControl()
      })()
    }
    const ref = await fleet.api.uploadFile(file, { mediaType: 'application/octet-stream', onProgress })
    await restarted
    expect(ref).toEqual({ digest: digestOf(bytes), sizeBytes: SIZE })
    // Nothing that was told as kept was sent again.
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    expect(seen.at(-1)).toBe(SIZE)
    expect(Buffer.from(await fleet.api.artifact(ref.digest)).equals(bytes)).toBe(true)
    expect(await fleet.api.trpc.artifacts.uploads.query()).toEqual([])
    expect(stub?.uploads.size ?? 0).toBe(0)
  }, 120_000)
})

test('a client that was killed goes on when it is asked again, and one that gets no further gives up', async () => {
  await using opened = await openFleet(undefined)
  const { fleet } = opened
  const bytes = randomBytes(40 * MIB)
  const file = path.join(fleet.home, 'large.onnx')
  await writeFile(file, bytes)
  const options = { mediaType: 'application/octet-stream' }
  const stop = new Error('killed')
  const firstTry = fleet.api.uploadFile(file, {
    ...options,
    onProgress: (done) => {
      if (done > 0) throw stop
    },
  })
  await expect(firstTry).rejects.toBe(stop)
  const [under] = await fleet.api.trpc.artifacts.uploads.query()
  expect(under).toMatchObject({ digest: digestOf(bytes), sizeBytes: bytes.length, offsetBytes: 16 * MIB })
  const seen: number[] = []
  await fleet.api.uploadFile(file, { ...options, onProgress: (done) => void seen.push(done) })
  expect(seen[0]).toBe(16 * MIB)

  const other = path.join(fleet.home, 'other.onnx')
  await writeFile(other, randomBytes(40 * MIB))
  const givesUp = fleet.api.uploadFile(other, {
    ...options,
    patienceMs: 1_000,
    onProgress: (done) => {
      if (done > 0) fleet.process('control').kill()
    },
  })
  await expect(givesUp).rejects.toThrow(/got no further than byte 16777216 of .*; the same command goes on/)
  expect((await stat(other)).size).toBe(40 * MIB)
}, 120_000)
