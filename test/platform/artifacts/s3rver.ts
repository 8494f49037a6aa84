// The S3 server of the registry, on a folder and a port of its own.

import { createRequire } from 'node:module'
import type { S3Settings } from '#platform/artifacts/s3/s3-bucket.ts'
import { tempFolder } from '#test/harness/temp-folder.ts'

interface Server {
  run(): Promise<{ port: number }>
  close(): Promise<void>
}
type ServerClass = new (options: object) => Server

export interface RunningS3rver extends AsyncDisposable {
  readonly settings: S3Settings
}

export async function startS3rver(): Promise<RunningS3rver> {
  // It is CommonJS and tells no types.
  const S3rver = createRequire(import.meta.url)('@20minutes/s3rver') as ServerClass
  const folder = await tempFolder('s3rver')
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    directory: folder.path,
    silent: true,
    vhostBuckets: false,
    // It computes another path for listings than the one that was sent; signatures are the strict stub's matter.
    allowMismatchedSignatures: true,
    configureBuckets: [{ name: 'fleet' }],
  })
  const { port } = await server.run()
  return {
    settings: {
      endpoint: `http://127.0.0.1:${port}`,
      bucket: 'fleet',
      region: 'us-east-1',
      // Built into it.
      accessKeyId: 'S3RVER',
      secretAccessKey: 'S3RVER',
      prefix: 'tandem/',
    },
    async [Symbol.asyncDispose]() {
      await server.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}
