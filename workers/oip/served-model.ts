// What runs on this device, as a model of the protocol: names and shapes from the model's contract, the two doors
// from whoever holds the session. Images go one after the other, so that one request holds one decoded image.

import type { ModelContract } from '#contract/model.ts'
import type { OipModel } from './oip-model.ts'
import { invalid } from './oip-refused.ts'
import type { OipTensor } from './tensor/oip-tensor.ts'

/** A loaded model, as narrow as it is needed here. */
export interface RunnableModel {
  readonly name: string
  readonly contract: ModelContract
  readonly labels: readonly string[]
  /** Whether several inputs may lie in one tensor. */
  readonly hasFreeBatch: boolean
  /** Raw outputs, [batch x classes]. */
  runTensor(data: Float32Array | Uint8Array, shape: readonly number[]): Promise<Float32Array>
  /** Raw outputs for one encoded image. */
  scores(image: Uint8Array): Promise<Float32Array>
}

export function servedModel(model: RunnableModel, version: string): OipModel {
  const { contract, labels, hasFreeBatch } = model
  const { name, layout, dtype, width, height } = contract.input
  const batch = hasFreeBatch ? -1 : 1
  const shape = layout === 'nchw' ? [batch, 3, height, width] : [batch, height, width, 3]
  const datatype = dtype === 'uint8' ? 'UINT8' : 'FP32'
  const output = (data: Float32Array, count: number): OipTensor => ({
    name: contract.output.name,
    datatype: 'FP32',
    shape: [count, data.length / count],
    data,
  })
  return {
    name: model.name,
    versions: [version],
    platform: 'onnxruntime_onnx',
    inputs: [{ name, datatype, shape }],
    outputs: [{ name: contract.output.name, datatype: 'FP32', shape: [batch, labels.length] }],
    labels,
    async run(input) {
      if (input.datatype === 'BYTES') throw invalid(`Cannot run model "${model.name}": input is BYTES`)
      return output(await model.runTensor(input.data, input.shape), input.shape[0]!)
    },
    async runImages(images) {
      const rows: Float32Array[] = []
      for (const image of images) rows.push(await model.scores(image))
      const classes = rows[0]?.length ?? 0
      const all = new Float32Array(rows.length * classes)
      for (const [i, row] of rows.entries()) all.set(row, i * classes)
      return output(all, rows.length)
    },
  }
}
