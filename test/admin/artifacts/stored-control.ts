// A control plane on either kind of store, and uploads in parts as a client sends them.

import path from 'node:path'
import { ArtifactStore } from '#platform/artifact-store.ts'
import { S3Artifacts } from '#platform/artifacts/s3/s3-artifacts.ts'
import { S3Bucket } from '#platform/artifacts/s3/s3-bucket.ts'
import { type Control, openControl } from '#test/admin/control-rig.ts'
import { tempFolder } from '#test/harness/temp-folder.ts'
import { S3Stub } from '#test/platform/artifacts/s3-stub.ts'

export interface StoredControl extends Control {
  readonly stub: S3Stub | undefined
}

async function onFolders(): Promise<StoredControl> {
  return { ...(await openControl()), stub: undefined }
}

async function onBucket(): Promise<StoredControl> {
  const stub = await S3Stub.start()
  const folder = await tempFolder('s3-control')
  const bucket = new S3Bucket(stub.settings)
  const storeOf = (name: string) =>
    new S3Artifacts({ bucket, prefix: `${name}/`, folder: path.join(folder.path, name) })
  const stores = { artifacts: storeOf('artifacts'), captures: storeOf('captures') }
  const control = await openControl(undefined, undefined, stores)
  return {
    ...control,
    stub,
    async [Symbol.asyncDispose]() {
      await control[Symbol.asyncDispose]()
      await bucket[Symbol.asyncDispose]()
      await stub[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

export const CONTROLS: readonly [string, () => Promise<StoredControl>][] = [
  ['on folders', onFolders],
  ['on a bucket', onBucket],
]

/** The store behind a control plane on folders. */
export const foldersOf = (control: Control) => new ArtifactStore(path.join(control.home, 'artifacts'))

export const uploadOf = (control: Control, key = control.keys.operator) => {
  const ask = (method: string, digest: string, init: RequestInit = {}) =>
    control.request(`/artifacts/${digest}/upload`, {
      method,
      ...init,
      headers: { authorization: `Bearer ${key}`, ...init.headers },
    })
  return {
    begin: (digest: string, sizeBytes: number) =>
      ask('POST', digest, {
        headers: { 'upload-length': String(sizeBytes), 'content-type': 'application/x-model' },
      }),
    look: (digest: string) => ask('HEAD', digest),
    append: (digest: string, offset: number, body: Uint8Array | ReadableStream) =>
      ask('PATCH', digest, {
        headers: { 'upload-offset': String(offset) },
        body: body as never,
        duplex: 'half',
      } as RequestInit),
    drop: (digest: string) => ask('DELETE', digest),
  }
}

export const offsetOf = (answer: Response) => [
  answer.status,
  Number(answer.headers.get('upload-offset')),
  answer.headers.get('upload-complete'),
]
