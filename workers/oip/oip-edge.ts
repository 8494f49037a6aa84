// The edge half of a deployment at any server of the Open Inference Protocol v2: a Triton or KServe with the same
// model, where this platform's own worker cannot run. The model there must keep the contract of the deployment's edge
// model, however its tensors are called. What the server offers is asked once and again after each failure.
//
// Class names are the deployment's, where the device has them: it fetches the edge's label list beside a manifest that
// names such a server. Else they come from the server's classification extension: with softmax in each answer, with
// logits (which need all scores for a probability) once, from an answer that names all classes. With neither a class is
// "class 7". A server that takes no encoded images gets the tensor that the contract asks for; the image is opened for it
// where all are, in the generation's vision process.

import type { RankedClass } from '#contract/classify.ts'
import type { ModelContract } from '#contract/model.ts'
import { HEADER_LENGTH } from '#contract/oip/infer.ts'
import { ModelMetadata, ServerMetadata } from '#contract/oip/metadata.ts'
import {
  type EdgeAnswer,
  type EdgeCall,
  type EdgeClient,
  EdgeRefused,
  type EdgeTarget,
  type ReadLabels,
} from '../serve/offload/edge-client.ts'
import type { ServedImage } from '../serve/request-context.ts'
import { allScores, rankScores, readAnswer, readClassStrings } from './client/edge-answer.ts'
import { EdgeLine } from './client/edge-line.ts'
import { type EdgeOffer, edgeOffer } from './client/edge-offer.ts'
import { parseBoundedJson } from './tensor/bounded-json.ts'
import { frame } from './tensor/framed-message.ts'
import type { OipTensor } from './tensor/oip-tensor.ts'

/** Longer than a server needs that is well, and shorter than an operator waits after it came back. */
const METADATA_MAX_MS = 2_000
/** All of them as strings are 100 KB; a longer list is not worth its transfer for a name. */
const NAMED_CLASSES_MAX = 5_000

/** What is known of the server's model for one deployment. */
interface Known {
  readonly path: string
  readonly offer: Promise<EdgeOffer>
  /** The deployment's own names. */
  readonly labels: Promise<readonly string[] | undefined>
  names: readonly string[] | undefined
}

export interface OipEdgeOptions {
  readonly readLabels?: ReadLabels | undefined
}

export class OipEdge implements EdgeClient {
  readonly #line: EdgeLine
  readonly #modelName: string | undefined
  readonly #readLabels: ReadLabels | undefined
  /** By deployment. */
  readonly #known = new Map<string, Known>()

  constructor(target: EdgeTarget, { readLabels }: OipEdgeOptions = {}) {
    this.#readLabels = readLabels
    this.#line = new EdgeLine(target)
    this.#modelName = target.model
  }

  async classify(image: ServedImage, call: EdgeCall): Promise<EdgeAnswer> {
    const { id } = call.deployment
    const known = this.#known.get(id) ?? this.#discover(call.deployment)
    try {
      return await this.#classify(image, call, known)
    } catch (error) {
      // Another model may stand behind the name by now. Not where it is only busy, or nobody waits any more.
      const isItsOwn = !call.signal.aborted && !(error instanceof EdgeRefused && error.code === 'busy')
      if (isItsOwn && this.#known.get(id) === known) this.#known.delete(id)
      throw error
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#line[Symbol.asyncDispose]()
  }

  #discover({ id, edge }: EdgeCall['deployment']): Known {
    const name = this.#modelName ?? edge.name
    const path = `/v2/models/${encodeURIComponent(name)}`
    const offer = this.#offerOf(path, edge.contract)
    // Whoever asks hears of it; it must not end the process where all have stopped waiting.
    offer.catch(() => undefined)
    // Names are worth no answer: without them it tells of numbers.
    const labels = (this.#readLabels?.(edge.labels) ?? Promise.resolve(undefined)).catch(() => undefined)
    const known: Known = { path, offer, labels, names: undefined }
    // A device runs two deployments, three while it changes: older ones need not be remembered.
    for (const old of [...this.#known.keys()].slice(0, -3)) this.#known.delete(old)
    this.#known.set(id, known)
    return known
  }

  /** On a limit of its own: the one who asked first may stop waiting before the others. */
  async #offerOf(path: string, contract: ModelContract): Promise<EdgeOffer> {
    const signal = AbortSignal.timeout(METADATA_MAX_MS)
    const read = async (at: string) =>
      parseMetadata((await this.#line.ask({ method: 'GET', path: at, signal })).body)
    const [server, model] = await Promise.all([read('/v2'), read(path)])
    const metadata = ModelMetadata.safeParse(model)
    // A server that says nothing of itself that we understand has no extensions.
    const about = ServerMetadata.safeParse(server).data ?? { name: '', version: '', extensions: [] }
    if (!metadata.success) throw new EdgeRefused('failed', 'the edge does not describe its model')
    return edgeOffer(about, metadata.data, contract)
  }

  async #classify(image: ServedImage, call: EdgeCall, known: Known): Promise<EdgeAnswer> {
    const { signal, topK, deployment } = call
    const { contract, name } = deployment.edge
    const offer = await unlessAborted(known.offer, signal)
    known.names ??= await known.labels
    const input = await inputTensor(image, offer, () => prepared(image, call))
    const strings = classesAsked(offer, contract, { topK, hasNames: known.names !== undefined })
    const { headers, body } = frame(
      [{ tensor: input, isBinary: offer.takesBinary || offer.input.isImage }],
      (inputs) => ({
        id: image.context.requestId,
        inputs,
        outputs: [{ name: offer.output, parameters: outputParameters(offer, strings) }],
      }),
    )
    const { traceparent } = image.context
    const answer = await this.#line
      .ask({
        method: 'POST',
        path: `${known.path}/infer`,
        headers: { ...headers, ...(traceparent === undefined ? {} : { traceparent }) },
        body,
        signal,
        onSent: call.onSent,
      })
      .catch((error: unknown) => {
        throw offer.input.isImage ? error : notTheImage(error)
      })
    const headerLength = answer.headers[HEADER_LENGTH]
    const { model = name, output } = readAnswer(answer.body, headerLength?.toString(), offer.output)
    return { model, labels: rank(output, contract, { topK, offer, known }) }
  }
}

/** With a prepared tensor a 400 is not the image's fault: it was decoded here, and is like every other. */
function notTheImage(error: unknown): unknown {
  if (!(error instanceof EdgeRefused) || error.code !== 'image') return error
  return new EdgeRefused('failed', error.message, { cause: error })
}

/** Whatever is wrong with it was not the edge's doing. */
function prepared({ bytes }: ServedImage, call: EdgeCall): Promise<Uint8Array | Float32Array> {
  const { prepare, signal, deployment } = call
  if (!prepare) throw new EdgeRefused('unsent', 'nobody here opens images for an edge')
  const tensor = prepare(bytes, deployment.edge.contract.input).catch((cause: unknown) => {
    throw new EdgeRefused('unsent', 'the image could not be opened for the edge', { cause })
  })
  return unlessAborted(tensor, signal)
}

async function inputTensor(
  { bytes }: ServedImage,
  { input }: EdgeOffer,
  prepare: () => Promise<Uint8Array | Float32Array>,
): Promise<OipTensor> {
  const { name, shape } = input
  if (input.isImage) return { name, shape, datatype: 'BYTES', data: [bytes] }
  const data = await prepare()
  return data instanceof Float32Array
    ? { name, shape, datatype: 'FP32', data }
    : { name, shape, datatype: 'UINT8', data }
}

/** How many classes to ask for as strings; undefined: the scores. */
function classesAsked(
  { namesClasses, classes = Number.POSITIVE_INFINITY }: EdgeOffer,
  { output }: ModelContract,
  { topK, hasNames }: { topK: number; hasNames: boolean },
): number | undefined {
  if (!namesClasses) return undefined
  if (output.kind === 'softmax') return topK
  return hasNames || classes > NAMED_CLASSES_MAX ? undefined : classes
}

const outputParameters = ({ takesBinary }: EdgeOffer, strings: number | undefined) =>
  strings === undefined ? (takesBinary ? { binary_data: true } : {}) : { classification: strings }

function rank(
  output: OipTensor,
  contract: ModelContract,
  { topK, offer, known }: { topK: number; offer: EdgeOffer; known: Known },
): RankedClass[] {
  const nameOf = (index: number) => known.names?.[index] ?? `class ${index}`
  if (output.datatype === 'FP32') return rankScores(output.data, contract, topK, nameOf)
  if (output.datatype !== 'BYTES')
    throw new EdgeRefused('failed', `the edge answers with ${output.datatype}, expected scores or classes`)
  const classes = readClassStrings(output.data)
  const scores = offer.classes === undefined ? undefined : allScores(classes, offer.classes)
  if (scores && contract.output.kind === 'logits') {
    known.names = classes
      .toSorted((a, b) => a.index - b.index)
      .map(({ label, index }) => label ?? `class ${index}`)
    return rankScores(scores, contract, topK, nameOf)
  }
  return classes.slice(0, topK).map(({ index, label, score }) => ({
    index,
    name: known.names?.[index] ?? label ?? nameOf(index),
    score,
  }))
}

function parseMetadata(bytes: Uint8Array): unknown {
  try {
    return parseBoundedJson(bytes)
  } catch (cause) {
    throw new EdgeRefused('failed', 'the edge describes itself with something that is not JSON', { cause })
  }
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
