// What runs on this device, as models of the protocol: each generation's model, under its deployment's version, so
// that a client which must have one deployment can ask for it while another serves. Names and shapes are those of
// the model's contract. A batch is taken apart where the model itself takes one image, so its size is free.

import type { Generations } from '../serve/generations.ts'
import type { ServedModel } from '../vision/served-model.ts'
import type { OipModel, OipPorts } from './oip-model.ts'
import { invalid } from './oip-refused.ts'
import type { OipTensor } from './tensor/oip-tensor.ts'

export type RunnableModel = Pick<ServedModel, 'name' | 'contract' | 'labels' | 'runTensor' | 'scores'>

export function modelOf(model: RunnableModel, version: string): OipModel {
  const { name, contract, labels } = model
  const { layout, dtype, width, height } = contract.input
  const shape = layout === 'nchw' ? [-1, 3, height, width] : [-1, height, width, 3]
  const answer = ({ data, shape: of }: Awaited<ReturnType<ServedModel['runTensor']>>): OipTensor => ({
    name: contract.output.name,
    datatype: 'FP32',
    // Some models end in [n, classes, 1, 1]; the metadata says [n, classes] of all.
    shape: [of[0]!, data.length / of[0]!],
    data,
  })
  return {
    name,
    versions: [version],
    platform: 'onnxruntime_onnx',
    inputs: [{ name: contract.input.name, datatype: dtype === 'uint8' ? 'UINT8' : 'FP32', shape }],
    outputs: [{ name: contract.output.name, datatype: 'FP32', shape: [-1, labels.length] }],
    labels,
    async run(input) {
      if (input.datatype === 'BYTES') throw invalid(`Cannot run model "${name}": is BYTES, expected numbers`)
      return answer(await model.runTensor({ data: input.data, shape: input.shape }))
    },
    runImages: async (images) => answer(await model.scores(images)),
  }
}

/** All that run here; where two have a model in common, the one that serves answers for its name. */
export function oipPortsOf(
  generations: Pick<Generations, 'serving' | 'running' | 'find'>,
  onError: OipPorts['onError'],
): OipPorts {
  const models = () =>
    generations.running().flatMap(({ id, version }) => {
      const generation = generations.find(id)
      return generation ? [modelOf(generation.model, String(version))] : []
    })
  return {
    models,
    isReady: () => generations.serving !== undefined,
    find: (name, version) =>
      models().find(
        (model) => model.name === name && (version === undefined || model.versions[0] === version),
      ),
    onError,
  }
}
