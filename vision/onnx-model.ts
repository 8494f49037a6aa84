// A model file, loaded and ready to classify: the only file that imports onnxruntime-node. It adds the session
// and the label names to what session/prepare-input.ts makes of an image.
// onnxruntime-node runs a session on the thread that calls it, so the event loop stands still for the length
// of an inference: devices have it in a process of its own (workers/vision), and here all go through one queue.
// A file is loaded from its bytes: a path would let a model name other files beside it as its weights.

import { readFile } from 'node:fs/promises'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import type { RankedClass } from '#contract/classify.ts'
import type { Crop } from '#contract/function-bindings.ts'
import type { ModelContract, ModelInput } from '#contract/model.ts'
import { type TopClass, topClasses } from '#core/preprocess/top-classes.ts'
import type { DecodedImage } from './decode.ts'
import { ModelRefused } from './model-refused.ts'
import { type BatchChoice, chooseBatch } from './session/choose-batch.ts'
import { prepareInput, type ViewedImage } from './session/prepare-input.ts'
import { type Batching, SessionQueue, type Work } from './session/session-queue.ts'
import {
  checkInput,
  classScores,
  type InputTensor,
  isFree,
  type OutputTensor,
  type TensorInfo,
} from './session/tensor.ts'
import { shortSideFor } from './shrink-on-load.ts'

/** What a device needs to know about a model beside its file. */
export interface NamedModel {
  name: string
  contract: ModelContract
  /** In the order of the output. */
  labels: readonly string[]
}

export interface LoadedModel extends AsyncDisposable {
  readonly name: string
  readonly info: ModelInfo
  readonly input: ModelInput
  readonly batch: BatchChoice
  readonly work: Work
  /** How long an image's short side must be to fill the input. */
  shortSideMinPx(view?: Crop): number
  /**
   * The best `topK` classes by name, best first. Rejects with `InferenceLate` where a deadline (on the clock of
   * `performance.now()`) passes while others have their turn.
   */
  classify(image: ViewedImage, topK: number, expiresAtMs?: number): Promise<RankedClass[]>
  /** The best `k` as profiles record them. */
  outcome(image: ViewedImage, k: number): Promise<TopClass[]>
  /** What the model makes of a tensor of one or more images. Rejects with a `ModelRefused` where it does not fit. */
  runTensor(input: InputTensor): Promise<OutputTensor>
  /** The model's output as it is, one row for each image. */
  scores(images: readonly DecodedImage[]): Promise<OutputTensor>
}

export interface LoadOptions {
  /** Intra-op threads. One by default: two tiers' worth of models share a board with everything else. */
  threads?: number
  /**
   * Images in one run, for a model with a free first dimension: as many as are measured to be best here, which takes
   * up to 200 ms, or so many. One where this is left out.
   */
  batching?: { readonly batchMax: number | 'measured'; readonly waitMaxMs?: number | undefined }
}

/** Throws a `ModelRefused` where ONNX Runtime cannot load the file. */
export async function loadModel(
  file: string | Uint8Array,
  ref: NamedModel,
  options: LoadOptions = {},
): Promise<LoadedModel> {
  const session = await openSession(file, options)
  const { input, output } = ref.contract
  const info = describe(session)
  const declared = info.inputs.find(({ name }) => name === input.name)
  const size = declared?.shape[0]
  const queue = new SessionQueue(
    (tensor) => runSession(session, tensor, ref.contract),
    isFree(size) ? 'free' : Number(size),
  )
  const batch = await batchOf(queue, declared, ref.contract, options.batching)
  const outcome = async (image: ViewedImage, k: number, expiresAtMs?: number) => {
    const { data } = await queue.run(await tensorOf([image], ref.contract), expiresAtMs)
    return topClasses(data, output.kind, k)
  }
  return {
    name: ref.name,
    info,
    input,
    batch,
    get work() {
      return queue.work
    },
    shortSideMinPx: (view) => shortSideFor(input, view),
    outcome: (image, k) => outcome(image, k),
    async classify(image, topK, expiresAtMs) {
      const top = await outcome(image, topK, expiresAtMs)
      return top.map(({ class: index, p }) => ({
        index,
        name: ref.labels[index] ?? `class ${index}`,
        score: p,
      }))
    },
    async runTensor(tensor) {
      if (declared) checkInput(tensor, declared)
      return queue.run(tensor)
    },
    scores: async (images) => queue.run(await tensorOf(images, ref.contract)),
    async [Symbol.asyncDispose]() {
      await session.release()
    },
  }
}

/** Sets the queue's sizes. What is measured goes through the queue, but is no work. */
async function batchOf(
  queue: SessionQueue,
  declared: TensorInfo | undefined,
  { input }: ModelContract,
  { batchMax, waitMaxMs = 0 }: NonNullable<LoadOptions['batching']> = { batchMax: 1 },
): Promise<BatchChoice> {
  const use = (choice: BatchChoice): BatchChoice => {
    queue.batching = { batchMax: choice.batchMax, waitMaxMs } satisfies Batching
    return choice
  }
  if (!isFree(declared?.shape[0])) return use({ batchMax: 1, measured: [] })
  if (batchMax !== 'measured') return use({ batchMax, measured: [] })
  const { dtype, layout, width, height } = input
  const dimensions = layout === 'nchw' ? [3, height, width] : [height, width, 3]
  return use(await chooseBatch(queue.measure, { dtype, dimensions }))
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
    return (await runSession(session, await tensorOf([check.image], contract), contract)).data
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

async function tensorOf(images: readonly ViewedImage[], { input }: ModelContract): Promise<InputTensor> {
  const { width, height, layout } = input
  const prepared = await Promise.all(images.map((image) => prepareInput(image, input)))
  const shape = layout === 'nchw' ? [images.length, 3, height, width] : [images.length, height, width, 3]
  if (prepared.length === 1) return { data: prepared[0]!, shape }
  const each = 3 * height * width
  const data =
    input.dtype === 'uint8' ? new Uint8Array(each * images.length) : new Float32Array(each * images.length)
  for (const [i, pixels] of prepared.entries()) data.set(pixels, i * each)
  return { data, shape }
}

async function runSession(
  session: InferenceSession,
  { data, shape }: InputTensor,
  { input, output }: ModelContract,
): Promise<OutputTensor> {
  const results = await session.run({ [input.name]: new Tensor(input.dtype, data, shape) }, [output.name])
  const scores = results[output.name]
  if (scores?.data instanceof Float32Array)
    return classScores({ data: scores.data, shape: scores.dims }, output.background)
  throw new ModelRefused(
    'wrong-output',
    `Cannot run model: output "${output.name}" is ${scores?.type ?? 'absent'}, expected float32`,
  )
}
