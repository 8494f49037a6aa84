// A real ONNX session as what the protocol serves, with none of the worker around it: what a test compares with.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { ModelContract } from '#contract/model.ts'
import { decodeImage } from '#vision/decode.ts'
import { prepareInput } from '#vision/session/prepare-input.ts'
import type { RunnableModel } from '#workers/oip/served-model.ts'

export interface OnnxModel {
  readonly name: string
  readonly file: Uint8Array
  readonly contract: ModelContract
  readonly labels: readonly string[]
}

/** One of `demo/models`: real classifiers of 32 x 32 scenes, fifteen to twenty kilobytes and more. */
export async function demoModel(name: string): Promise<OnnxModel> {
  const read = (file: string) => readFile(path.join(import.meta.dirname, '../../../demo/models', file))
  const { contract } = JSON.parse((await read(`${name}.json`)).toString('utf8'))
  const labels = (await read('classes.txt')).toString('utf8').trim().split('\n')
  return { name, file: await read(`${name}.onnx`), contract: ModelContract.parse(contract), labels }
}

export async function onnxRunnable(model: OnnxModel): Promise<RunnableModel> {
  const { name, contract, labels } = model
  const session = await InferenceSession.create(model.file, { logSeverityLevel: 4 })
  const metadata = session.inputMetadata[0]!
  const runTensor = async (data: Float32Array | Uint8Array, shape: readonly number[]) => {
    const input = new Tensor(contract.input.dtype, data, shape)
    const results = await session.run({ [contract.input.name]: input }, [contract.output.name])
    return results[contract.output.name]!.data as Float32Array
  }
  return {
    name,
    contract,
    labels,
    hasFreeBatch: metadata.isTensor && typeof metadata.shape[0] === 'string',
    runTensor,
    scores: async (image) => {
      const { layout, width, height } = contract.input
      const pixels = await prepareInput(await decodeImage(image), contract.input)
      return runTensor(pixels, layout === 'nchw' ? [1, 3, height, width] : [1, height, width, 3])
    },
  }
}
