// The two stores of a control plane, for artifacts and for captured images, in the home folder or in a bucket. A bucket
// is asked once at start, so that a wrong setting is told by its name there and not by an upload hours later.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { ArtifactStore } from '#platform/artifact-store.ts'
import { ArtifactStoreFailed } from '#platform/artifacts/artifact-store-failed.ts'
import type { Artifacts } from '#platform/artifacts/artifacts.ts'
import { S3Artifacts } from '#platform/artifacts/s3/s3-artifacts.ts'
import { S3Bucket } from '#platform/artifacts/s3/s3-bucket.ts'
import type { BucketSettings } from './store-settings.ts'

/** Workers share the folder with their control plane: what is younger may be on its way. */
const STALE_MS = 24 * 3_600_000

export interface Stores extends AsyncDisposable {
  readonly artifacts: Artifacts
  readonly captures: Artifacts
}

/** `bucket` undefined: in folders of `home`. With one, `home` holds only what is on its way. */
export async function openStores(home: string, bucket: BucketSettings | undefined): Promise<Stores> {
  const stores = bucket ? await storesIn(bucket, path.join(home, 's3')) : foldersIn(home)
  try {
    await stores.artifacts.sweep(STALE_MS)
    await stores.captures.sweep(STALE_MS)
  } catch (error) {
    await stores[Symbol.asyncDispose]()
    throw error
  }
  return stores
}

const foldersIn = (home: string): Stores => ({
  artifacts: new ArtifactStore(path.join(home, 'artifacts')),
  captures: new ArtifactStore(path.join(home, 'captures')),
  [Symbol.asyncDispose]: async () => undefined,
})

async function storesIn(settings: BucketSettings, folder: string): Promise<Stores> {
  const bucket = new S3Bucket({ ...settings, secretAccessKey: await secretOf(settings) })
  const storeOf = (name: string) =>
    new S3Artifacts({ bucket, prefix: `${settings.prefix}${name}/`, folder: path.join(folder, name) })
  const close = async () => bucket[Symbol.asyncDispose]()
  try {
    // Of one entry: it takes the key, the region and the bucket to answer, and the right to list.
    for await (const _ of bucket.list(settings.prefix, 1)) break
  } catch (error) {
    await close()
    throw settingBehind(error, settings)
  }
  return { artifacts: storeOf('artifacts'), captures: storeOf('captures'), [Symbol.asyncDispose]: close }
}

async function secretOf(settings: BucketSettings): Promise<string> {
  if ('secretAccessKey' in settings) return settings.secretAccessKey
  const file = settings.secretAccessKeyFile
  try {
    const secret = (await readFile(file, 'utf8')).trim()
    if (secret !== '') return secret
  } catch (cause) {
    throw new Error(`Cannot read setting "TANDEM_S3_SECRET_ACCESS_KEY_FILE": cannot read "${file}"`, {
      cause,
    })
  }
  throw new Error(`Cannot read setting "TANDEM_S3_SECRET_ACCESS_KEY_FILE": "${file}" is empty`)
}

/** Which setting a server's refusal speaks of. */
function settingBehind(error: unknown, { region, accessKeyId }: BucketSettings): unknown {
  if (!(error instanceof ArtifactStoreFailed)) return error
  const setting = (name: string, hint: string) =>
    new Error(`Cannot use setting "TANDEM_S3_${name}": ${hint}: ${error.message}`, { cause: error })
  const secret = () => setting('SECRET_ACCESS_KEY', `it does not belong to key "${accessKeyId}"`)
  switch (error.serverCode) {
    case 'SignatureDoesNotMatch':
      return secret()
    case 'InvalidAccessKeyId':
      return setting('ACCESS_KEY_ID', 'the server does not know it')
    case 'AuthorizationHeaderMalformed':
    case 'PermanentRedirect':
      return setting('REGION', `it is "${region}"`)
  }
  if (error.code === 'no-bucket' || error.code === 'not-found')
    return setting('BUCKET', 'there is no such bucket')
  if (error.code === 'denied')
    return setting('ACCESS_KEY_ID', `key "${accessKeyId}" may not list the bucket, expected read and write`)
  return setting('ENDPOINT', 'it does not answer as an S3 server does')
}
