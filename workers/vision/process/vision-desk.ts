// What a vision process can be asked, and the answers: images by number, the model once it is loaded. The model's
// file is read and verified here, so that the worker that serves meanwhile does not stand still for it. Nothing here
// imports zod, by way of the artifact store either: it takes longer to load than the model.

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { ArtifactRefused } from '#platform/artifact-refused.ts'
import type { DecodedImage } from '#vision/decode.ts'
import type { ImageEntry } from '#vision/image-entry.ts'
import { type LoadedModel, type LoadOptions, loadModel } from '#vision/onnx-model.ts'
import { prepareInput } from '#vision/session/prepare-input.ts'
import type { InputTensor, OutputTensor } from '#vision/session/tensor.ts'
import { createVision, type ServingVision } from '#vision/vision.ts'
import { floatsOf } from '../wire/float-body.ts'
import { fromMachineMs } from '../wire/machine-clock.ts'
import type { Call, ImageCall, ModelSource } from '../wire/vision-calls.ts'
import { measureFeatures, measureOutcome } from './measure-image.ts'
import { VisionImages } from './vision-images.ts'

export interface Answered {
  readonly result: object
  readonly body?: Uint8Array
}

interface Loaded {
  readonly model: LoadedModel
  readonly vision: ServingVision
}

export class VisionDesk {
  readonly #images = new VisionImages()
  #loaded: Loaded | undefined

  async answer(call: Call, body: Buffer): Promise<Answered> {
    if ('image' in call) return { result: await this.#ofImage(call, this.#images.get(call.image, body)) }
    switch (call.do) {
      case 'load':
        this.#loaded = call.model && (await load(call.model, call.batching))
        return { result: { info: this.#loaded?.model.info, batch: this.#loaded?.model.batch } }
      case 'tensor': {
        const data = call.dtype === 'uint8' ? new Uint8Array(body) : floatsOf(body)
        return tensorAnswer(await this.#model.runTensor({ data, shape: call.shape } satisfies InputTensor))
      }
      case 'scores': {
        const model = this.#model
        const shown: DecodedImage[] = []
        // One after the other: all of a batch at once would take what the process is killed for.
        for (const bytes of cut(body, call.lengths)) shown.push(await this.#images.shown(bytes, model.input))
        return tensorAnswer(await model.scores(shown))
      }
      case 'prepare': {
        const { input } = call
        const data = await prepareInput(await this.#images.shown(body, input), input)
        const dtype = data instanceof Uint8Array ? 'uint8' : 'float32'
        return { result: { dtype }, body: bytesOf(data) }
      }
      case 'usage':
        return {
          result: {
            peakRssBytes: process.resourceUsage().maxRSS * 1024,
            ...(this.#loaded?.model.work ?? { runs: 0, images: 0 }),
          },
        }
    }
  }

  forget(image: number): void {
    this.#images.forget(image)
  }

  async #ofImage(call: ImageCall, image: ImageEntry): Promise<object> {
    switch (call.do) {
      case 'look':
        return this.#loaded ? this.#vision.look(image, call.forModel) : sizeOf(await image.decoded())
      case 'features':
        return this.#vision.features(image, call.names)
      case 'infer':
        return this.#vision.infer(
          image,
          call.topK,
          call.crop,
          call.expiresAtMs === undefined ? undefined : fromMachineMs(call.expiresAtMs),
        )
      case 'measureOutcome':
        return measureOutcome(image, this.#model, call.k)
      case 'measureFeatures':
        return measureFeatures(image, call.names)
    }
  }

  get #model(): LoadedModel {
    return this.#here.model
  }

  get #vision(): ServingVision {
    return this.#here.vision
  }

  get #here(): Loaded {
    if (!this.#loaded)
      throw new RangeError('Cannot use model: is not loaded, expected a call to load it before')
    return this.#loaded
  }
}

async function load(
  { file, digest, ...named }: ModelSource,
  batching: LoadOptions['batching'],
): Promise<Loaded> {
  const bytes = await readFile(file)
  if (`sha256:${createHash('sha256').update(bytes).digest('hex')}` !== digest)
    throw new ArtifactRefused(
      'digest-mismatch',
      `Cannot read artifact "${digest}": its bytes were changed on disk`,
    )
  const model = await loadModel(bytes, named, batching === undefined ? {} : { batching })
  return { model, vision: createVision({ model }) }
}

const sizeOf = ({ whole, width, height }: DecodedImage) => whole ?? { width, height }

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint8Array | Float32Array) =>
  new Uint8Array(buffer, byteOffset, byteLength)

function tensorAnswer({ data, shape }: OutputTensor): Answered {
  return { result: { shape }, body: bytesOf(data) }
}

function cut(body: Buffer, lengths: readonly number[]): Buffer[] {
  let at = 0
  return lengths.map((length) => {
    at += length
    return body.subarray(at - length, at)
  })
}
