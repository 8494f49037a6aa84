// Settings of the artifact store: half a set and wrong ones are told by name, before anything else is done.

import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStores } from '#admin/artifacts/open-stores.ts'
import { readControlConfig } from '#admin/config.ts'
import { ArtifactStore } from '#platform/artifact-store.ts'
import { S3Artifacts } from '#platform/artifacts/s3/s3-artifacts.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'
import { CREDENTIALS, S3Stub } from '#test/platform/artifacts/s3-stub.ts'

let stub: S3Stub
let folder: TempFolder
let good: Record<string, string>
beforeAll(async () => {
  stub = await S3Stub.start()
  folder = await tempFolder('open-stores')
  good = {
    TANDEM_S3_ENDPOINT: stub.endpoint,
    TANDEM_S3_BUCKET: 'fleet',
    TANDEM_S3_REGION: CREDENTIALS.region,
    TANDEM_S3_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    TANDEM_S3_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  }
})
afterAll(async () => {
  await stub[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const open = async (env: Record<string, string | undefined>) => {
  const { home, bucket } = readControlConfig({ TANDEM_HOME: folder.path, ...env })
  return openStores(home, bucket)
}

test('without settings artifacts and captures are in folders of the home', async () => {
  await using stores = await open({})
  expect(stores.artifacts).toBeInstanceOf(ArtifactStore)
  expect(stores.captures).toBeInstanceOf(ArtifactStore)
})

test('with them they are in a bucket, apart from each other and from other installations', async () => {
  await using stores = await open({ ...good, TANDEM_S3_PREFIX: '/here/' })
  expect(stores.artifacts).toBeInstanceOf(S3Artifacts)
  await stores.artifacts.putBytes(Buffer.from('a'))
  await stores.captures.putBytes(Buffer.from('b'))
  expect([...stub.objects.keys()].map((key) => key.split('sha256/')[0]).sort()).toEqual([
    'here/artifacts/',
    'here/captures/',
  ])
})

test('the secret may be in a file', async () => {
  const file = path.join(folder.path, 'secret')
  await writeFile(file, `${CREDENTIALS.secretAccessKey}\n`)
  const env = { ...good, TANDEM_S3_SECRET_ACCESS_KEY: undefined, TANDEM_S3_SECRET_ACCESS_KEY_FILE: file }
  await using stores = await open(env)
  expect(stores.artifacts).toBeInstanceOf(S3Artifacts)
})

describe('is told by name:', () => {
  test.each<[string, Record<string, string | undefined>]>([
    ['TANDEM_S3_BUCKET', { TANDEM_S3_BUCKET: undefined }],
    ['TANDEM_S3_BUCKET', { TANDEM_S3_BUCKET: 'No Bucket' }],
    ['TANDEM_S3_BUCKET', { TANDEM_S3_BUCKET: 'elsewhere' }],
    ['TANDEM_S3_ENDPOINT', { TANDEM_S3_ENDPOINT: undefined }],
    ['TANDEM_S3_ENDPOINT', { TANDEM_S3_ENDPOINT: 'ftp://files' }],
    ['TANDEM_S3_ENDPOINT', { TANDEM_S3_ENDPOINT: 'http://127.0.0.1:9' }],
    ['TANDEM_S3_ACCESS_KEY_ID', { TANDEM_S3_ACCESS_KEY_ID: undefined }],
    ['TANDEM_S3_ACCESS_KEY_ID', { TANDEM_S3_ACCESS_KEY_ID: 'AKIAOTHER' }],
    ['TANDEM_S3_SECRET_ACCESS_KEY', { TANDEM_S3_SECRET_ACCESS_KEY: undefined }],
    ['TANDEM_S3_SECRET_ACCESS_KEY', { TANDEM_S3_SECRET_ACCESS_KEY: 'not it' }],
    ['TANDEM_S3_SECRET_ACCESS_KEY_FILE', { TANDEM_S3_SECRET_ACCESS_KEY_FILE: '/nowhere' }],
    [
      'TANDEM_S3_SECRET_ACCESS_KEY_FILE',
      { TANDEM_S3_SECRET_ACCESS_KEY: undefined, TANDEM_S3_SECRET_ACCESS_KEY_FILE: '/nowhere' },
    ],
    ['TANDEM_S3_REGION', { TANDEM_S3_REGION: 'us-east-1' }],
    ['TANDEM_S3_PREFIX', { TANDEM_S3_PREFIX: 'a b' }],
    ['TANDEM_ARTIFACT_GRACE_HOURS', { TANDEM_ARTIFACT_GRACE_HOURS: '0' }],
    ['TANDEM_UPLOAD_HOURS', { TANDEM_UPLOAD_HOURS: '500' }],
  ])('%s in %j', async (setting, wrong) => {
    const attempt = open({ ...good, ...wrong })
    await expect(attempt).rejects.toThrow(`setting "${setting}"`)
    const message = await attempt.catch((error: Error) => error.message)
    expect(message).not.toContain(CREDENTIALS.secretAccessKey)
  })
})
