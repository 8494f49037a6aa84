// A generation's model by itself, without decisions around it: what it takes and gives, and its two doors, one for
// tensors that somebody has prepared and one for encoded images. For protocols that serve models as such.

import type { ModelContract } from '#contract/model.ts'
import type { ModelInfo } from '#vision/onnx-model.ts'
import { type InputTensor, isFree, type OutputTensor, type TensorInfo } from '#vision/session/tensor.ts'
import { floatsOf } from './wire/float-body.ts'
import type { ModelCall, ModelSource } from './wire/vision-calls.ts'

export interface ModelDescription {
  readonly name: string
  /** As the file declares them; a name stands for a free dimension. */
  readonly inputs: readonly TensorInfo[]
  readonly outputs: readonly TensorInfo[]
}

export interface ServedModel {
  readonly name: string
  readonly contract: ModelContract
  readonly labels: readonly string[]
  /** Whether several images may lie in one tensor and go through the model as one. */
  readonly hasFreeBatch: boolean
  describe(): ModelDescription
  /** The input's first dimension counts images. Rejects with a `ModelRefused` where it does not fit. */
  runTensor(input: InputTensor): Promise<OutputTensor>
  /** The model's output as it is, one row for each encoded image. Rejects with `ImageRefused`. */
  scores(images: readonly Uint8Array[]): Promise<OutputTensor>
}

type RawCall = ModelCall & { readonly do: 'tensor' | 'scores' }

/** As `VisionLife.ask`. */
type Ask = (
  call: RawCall,
  body: readonly Uint8Array[],
) => Promise<{ readonly result: { readonly shape: readonly number[] }; readonly body: Buffer }>

export function servedModel(source: ModelSource, info: ModelInfo, ask: Ask): ServedModel {
  const { name, contract, labels } = source
  const input = info.inputs.find((tensor) => tensor.name === contract.input.name)
  const run = async (call: RawCall, body: readonly Uint8Array[]): Promise<OutputTensor> => {
    const answer = await ask(call, body)
    return { data: floatsOf(answer.body), shape: answer.result.shape }
  }
  return {
    name,
    contract,
    labels,
    hasFreeBatch: isFree(input?.shape[0]),
    describe: () => ({ name, inputs: info.inputs, outputs: info.outputs }),
    runTensor({ data, shape }) {
      const dtype = data instanceof Uint8Array ? 'uint8' : 'float32'
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      return run({ do: 'tensor', dtype, shape }, [bytes])
    },
    scores: (images) => run({ do: 'scores', lengths: images.map(({ length }) => length) }, images),
  }
}
