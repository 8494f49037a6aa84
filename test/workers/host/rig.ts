// A folder, stub vision and edge behind a real bindings server, and specs for functions: what a device has
// around a function host. The folder is under the system's temporary one, since socket paths must be short.

import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { FunctionRequest } from '#contract/function-bindings.ts'
import type { Vision } from '#vision/vision.ts'
import { type BindingsServer, type EdgePort, serveBindings } from '#workers/host/bindings-server.ts'
import type { FunctionSpec } from '#workers/host/function-host.ts'
import { ImageTable, tableEntry } from '#workers/host/image-table.ts'

export interface Rig extends AsyncDisposable {
  folder: string
  images: ImageTable
  errors: unknown[]
  /** An image of one byte, by which the stubs tell images apart. */
  image(byte: number): string
  spec(code: string, name?: string): FunctionSpec
}

export interface RigOptions {
  vision?: Vision
  edge?: EdgePort
  router?: unknown
}

export async function makeRig({
  vision = stubVision,
  edge = stubEdge,
  router,
}: RigOptions = {}): Promise<Rig> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tandem-'))
  const images = new ImageTable()
  const errors: unknown[] = []
  const socket = path.join(folder, 'bindings.sock')
  const onError = (error: unknown) => errors.push(error)
  const server: BindingsServer = await serveBindings({ socket, images, vision, edge, onError })
  return {
    folder,
    images,
    errors,
    image: (byte) => images.add(tableEntry(Uint8Array.of(byte))),
    spec: (code, name = 'fn') => ({
      code,
      folder: path.join(folder, name),
      host: { socket },
      deployment: {
        id: 'deployment-1',
        tier: 'local',
        routerVersion: 3,
        router,
        policy: { edgeDeadlineMs: 2_000, edgeConnectMs: 250 },
      },
    }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    },
  }
}

export const REQUEST: FunctionRequest = { topK: 1, preference: 'balanced', lot: 0 }

const byteOf = (image: { bytes: Uint8Array }) => image.bytes[0] ?? 0

const stubVision: Vision = {
  features: async (image, names) => ({ values: names.map((_, i) => byteOf(image) + i), ms: 1 }),
  infer: async (image, topK) => ({
    model: 'light',
    labels: Array.from({ length: topK }, (_, i) => ({ index: byteOf(image) + i, name: 'stub', score: 0.5 })),
    ms: 2,
  }),
}

const stubEdge: EdgePort = {
  offload: async (image) =>
    byteOf(image) === 0
      ? { ok: false, reason: 'breaker-open', message: 'resting', ms: 0 }
      : { ok: true, model: 'heavy', labels: [{ index: byteOf(image), name: 'stub', score: 0.9 }], ms: 3 },
}
