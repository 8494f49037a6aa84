// Our server of the protocol on a real socket, with a real ONNX model behind it.

import { serve } from '@hono/node-server'
import { noisyJpeg } from '#test/vision/images.ts'
import { modelOf, type RunnableModel } from '#workers/oip/model-of.ts'
import { oipApp } from '#workers/oip/oip-app.ts'
import type { OipModel } from '#workers/oip/oip-model.ts'
import { demoModel, type OnnxModel, onnxRunnable } from './onnx-runnable.ts'

export interface OipRig extends AsyncDisposable {
  readonly url: string
  readonly model: OnnxModel
  readonly runnable: RunnableModel
  readonly errors: readonly unknown[]
  /** What the server has installed; empty: nothing yet. */
  readonly models: OipModel[]
}

export async function oipRig(which?: OnnxModel): Promise<OipRig> {
  const model = which ?? (await demoModel('mobilenet_v1'))
  const runnable = await onnxRunnable(model)
  const models = [modelOf(runnable, '7')]
  const errors: unknown[] = []
  const app = oipApp({
    models: () => models,
    isReady: () => models.length > 0,
    find: (name, version) =>
      models.find((m) => m.name === name && (version === undefined || m.versions.includes(version))),
    onError: (error) => void errors.push(error),
  })
  const { server, port } = await new Promise<{ server: ReturnType<typeof serve>; port: number }>(
    (resolve) => {
      const started = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, (info) =>
        resolve({ server: started, port: info.port }),
      )
    },
  )
  return {
    url: `http://127.0.0.1:${port}`,
    model,
    runnable,
    errors,
    models,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      if ('closeAllConnections' in server) server.closeAllConnections()
      await closed
    },
  }
}

/** Anything that decodes; noise, so that the scores of two models differ. */
export const photograph = (): Promise<Uint8Array> => noisyJpeg(48, 40)
