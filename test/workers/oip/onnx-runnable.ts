// A real ONNX session as what the protocol serves, with none of the worker around it: what a test compares with.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { ModelContract } from '#contract/model.ts'
import { decodeImage } from '#vision/decode.ts'
import { loadModel } from '#vision/onnx-model.ts'
import type { RunnableModel } from '#workers/oip/model-of.ts'

export interface OnnxModel {
  readonly name: string
  readonly file: Uint8Array
  readonly contract: ModelContract
  readonly labels: readonly string[]
}

/** One of `demo/models`: real classifiers of 32 x 32 scenes. */
export async function demoModel(name: string): Promise<OnnxModel> {
  const read = (file: string) => readFile(path.join(import.meta.dirname, '../../../demo/models', file))
  const { contract } = JSON.parse((await read(`${name}.json`)).toString('utf8'))
  const labels = (await read('classes.txt')).toString('utf8').trim().split('\n')
  return { name, file: await read(`${name}.onnx`), contract: ModelContract.parse(contract), labels }
}

export async function onnxRunnable({ name, file, contract, labels }: OnnxModel): Promise<RunnableModel> {
  const model = await loadModel(file, { name, contract, labels })
  return {
    name,
    contract,
    labels,
    runTensor: (input) => model.runTensor(input),
    scores: async (images) => model.scores(await Promise.all(images.map((image) => decodeImage(image)))),
  }
}

export const scoresOf = async (model: RunnableModel, image: Uint8Array): Promise<number[]> => [
  ...(await model.scores([image])).data,
]
