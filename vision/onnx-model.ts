// A model file, loaded and ready to classify: the only file that imports onnxruntime-node. It adds the session
// and the label names to what prepare-input.ts makes of an image.
// onnxruntime-node runs a session on the thread that calls it, so the event loop stands still for the length
// of an inference: queues and deadlines around it must be in terms of images, not of timers.
// A file is loaded from its bytes: a path would let a model name other files beside it as its weights.

import { readFile } from 'node:fs/promises'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import type { RankedClass } from '#contract/classify.ts'
import type { ModelContract } from '#contract/model.ts'
import { type TopClass, topClasses } from '#core/preprocess/top-classes.ts'
import type { DecodedImage } from './decode.ts'
import { ModelRefused } from './model-refused.ts'
import { prepareInput } from './prepare-input.ts'

/** What a device needs to know about a model beside its file. */
export interface NamedModel {
  name: string
  contract: ModelContract
  /** In the order of the output. */
  labels: readonly string[]
}

export interface LoadedModel extends AsyncDisposable {
  readonly name: string
  /** The best `topK` classes by name, best first. */
  classify(image: DecodedImage, topK: number): Promise<RankedClass[]>
  /** The best `k` as profiles record them. */
  outcome(image: DecodedImage, k: number): Promise<TopClass[]>
}

export interface LoadOptions {
  /** Intra-op threads. One by default: two tiers' worth of models share a board with everything else. */
  threads?: number
}

/** Throws a `ModelRefused` where ONNX Runtime cannot load the file. */
export async function loadModel(
  file: string | Uint8Array,
  ref: NamedModel,
  options: LoadOptions = {},
): Promise<LoadedModel> {
  const session = await openSession(file, options)
  const outcome = async (image: DecodedImage, k: number) =>
    topClasses(await runOnce(session, image, ref.contract), ref.contract.output.kind, k)
  return {
    name: ref.name,
    outcome,
    async classify(image, topK) {
      const top = await outcome(image, topK)
      return top.map(({ class: index, p }) => ({
        index,
        name: ref.labels[index] ?? `class ${index}`,
        score: p,
      }))
    },
    async [Symbol.asyncDispose]() {
      await session.release()
    },
  }
}

export interface TensorInfo {
  name: string
  dtype: string
  /** A name stands for a free dimension. */
  shape: readonly (number | string)[]
}

export interface ModelInfo {
  inputs: TensorInfo[]
  outputs: TensorInfo[]
}

/** Names, types and shapes as the file declares them. Throws a `ModelRefused` as `loadModel` does. */
export async function inspectModel(file: string | Uint8Array): Promise<ModelInfo> {
  const session = await openSession(file)
  try {
    return describe(session)
  } finally {
    await session.release()
  }
}

/** The file's description and its output for one image, from one loading: what registration checks. */
export async function tryModel(
  file: string | Uint8Array,
  contract: ModelContract,
  check: { before(info: ModelInfo): void; image: DecodedImage },
): Promise<Float32Array> {
  const session = await openSession(file)
  try {
    check.before(describe(session))
    return await runOnce(session, check.image, contract)
  } finally {
    await session.release()
  }
}

async function openSession(file: string | Uint8Array, { threads = 1 }: LoadOptions = {}) {
  const bytes = typeof file === 'string' ? await readFile(file) : file
  if (bytes.length === 0)
    throw new ModelRefused('not-onnx', 'Cannot load model: is empty, expected an ONNX file')
  try {
    return await InferenceSession.create(bytes, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      // 4 = fatal only: errors are thrown to us as well, and warnings would fill a device's log at every start.
      logSeverityLevel: 4,
    })
  } catch (cause) {
    throw new ModelRefused(
      'not-onnx',
      'Cannot load model: is not readable by ONNX Runtime, expected a self-contained ONNX file',
      { cause },
    )
  }
}

function describe(session: InferenceSession): ModelInfo {
  return { inputs: session.inputMetadata.map(tensorInfo), outputs: session.outputMetadata.map(tensorInfo) }
}

function tensorInfo(value: InferenceSession.ValueMetadata): TensorInfo {
  return value.isTensor
    ? { name: value.name, dtype: value.type, shape: value.shape }
    : { name: value.name, dtype: 'not a tensor', shape: [] }
}

async function runOnce(session: InferenceSession, image: DecodedImage, { input, output }: ModelContract) {
  const pixels = await prepareInput(image, input)
  const { width, height } = input
  const dims = input.layout === 'nchw' ? [1, 3, height, width] : [1, height, width, 3]
  const results = await session.run({ [input.name]: new Tensor(input.dtype, pixels, dims) }, [output.name])
  const data = results[output.name]?.data
  if (!(data instanceof Float32Array))
    throw new ModelRefused(
      'wrong-output',
      `Cannot run model: output "${output.name}" is ${results[output.name]?.type ?? 'absent'}, expected float32`,
    )
  return data
}
