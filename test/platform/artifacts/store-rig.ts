// Every store behind one way to open it: what the conformance suite promises of one it promises of all.

import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { ArtifactStore } from '#platform/artifact-store.ts'
import type { Artifacts } from '#platform/artifacts/artifacts.ts'
import { S3Artifacts } from '#platform/artifacts/s3/s3-artifacts.ts'
import { S3Bucket, type S3Settings } from '#platform/artifacts/s3/s3-bucket.ts'
import { tempFolder } from '#test/harness/temp-folder.ts'
import { S3Stub } from './s3-stub.ts'
import { startS3rver } from './s3rver.ts'

export interface OpenStore extends AsyncDisposable {
  readonly store: Artifacts
  /** Whether parts that were given up go at once: s3rver keeps them. */
  readonly forgetsParts: boolean
  /** Another one over the same bytes, as after a restart. */
  reopen(): Artifacts
  /** Puts other bytes under a digest, behind the store's back. */
  spoil(digest: string, bytes: Buffer): Promise<void>
}

async function openFolder(): Promise<OpenStore> {
  const folder = await tempFolder('store')
  const store = new ArtifactStore(folder.path)
  return {
    store,
    forgetsParts: true,
    reopen: () => new ArtifactStore(folder.path),
    spoil: (digest, bytes) => writeFile(store.path(digest), bytes),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

/** On a prefix of its own, so that tests do not see each other. */
let prefixes = 0

export async function openOn(settings: S3Settings): Promise<OpenStore> {
  const folder = await tempFolder('s3-store')
  const bucket = new S3Bucket(settings)
  const prefix = `${settings.prefix}${++prefixes}/artifacts/`
  const open = () => new S3Artifacts({ bucket, prefix, folder: path.join(folder.path, 'local') })
  const store = open()
  return {
    store,
    forgetsParts: settings.prefix === '',
    reopen: open,
    spoil: (digest, bytes) => bucket.put(store.key(digest), bytes),
    async [Symbol.asyncDispose]() {
      await bucket[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

async function openS3<T extends AsyncDisposable & { settings: S3Settings }>(start: () => Promise<T>) {
  const server = await start()
  const opened = await openOn(server.settings)
  return {
    ...opened,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

export const STORES: readonly [string, () => Promise<OpenStore>][] = [
  ['a folder', openFolder],
  ['a bucket of s3rver', () => openS3(startS3rver)],
  ['a bucket of the strict stub', () => openS3(() => S3Stub.start())],
]
