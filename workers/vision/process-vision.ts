// Vision in a process of its own: a worker's port to decoding, features and the model of one generation. libvips and
// ONNX Runtime are native code that reads strangers' bytes, and ONNX Runtime stands the thread still that calls it;
// the front door must neither die nor wait for either. A process, not a thread: a native crash in a thread takes all
// with it.
//
// A process that dies is started again. What it had in work is tried once more, each alone (turns.ts); an image that
// was in work in both deaths has killed them, and is refused as damaged, by its digest from then on. What comes
// meanwhile waits, so that a death costs time and no answer.

import { FEATURE_NAMES, type FeatureName } from '#contract/features.ts'
import type { Crop } from '#contract/function-bindings.ts'
import type { ModelInput } from '#contract/model.ts'
import type { FirstAsked } from '#core/route/first-asked.ts'
import { ImageRefused } from '#vision/image-refused.ts'
import { ModelRefused } from '#vision/model-refused.ts'
import type { LoadOptions, ModelInfo } from '#vision/onnx-model.ts'
import type { BatchChoice } from '#vision/session/choose-batch.ts'
import type { SeenImage, ServingVision } from '#vision/vision.ts'
import { Killers } from './killers.ts'
import { Lives, type VisionEvent } from './lives.ts'
import { processCode } from './process-code.ts'
import { type ServedModel, servedModel } from './served-model.ts'
import { Turns } from './turns.ts'
import { VisionDied, type VisionLife } from './vision-life.ts'
import { VISION_LIMITS, type VisionLimits } from './vision-limits.ts'
import { floatsOf } from './wire/float-body.ts'
import { toMachineMs } from './wire/machine-clock.ts'
import type { ImageCall, ModelSource, Results } from './wire/vision-calls.ts'

export interface VisionOptions {
  /** None where features alone are asked for. */
  readonly model?: ModelSource
  readonly limits?: Partial<VisionLimits>
  /** How many images go through the model at once; measured where it is left out. */
  readonly batching?: NonNullable<LoadOptions['batching']>
  readonly onEvent?: (event: VisionEvent) => void
  /** What the process runs; tests have theirs. */
  readonly entry?: URL
}

export interface VisionHealth {
  readonly deaths: number
  readonly lastReason: string | undefined
  /** How many images go through the model at once, and what that was chosen by. */
  readonly batch: BatchChoice
}

/** An image whose client may have said when it will have left. */
export interface AwaitedImage extends SeenImage {
  readonly context?: { readonly expiresAtMs?: number | undefined }
}

const ENTRY = new URL('./process/vision-process.ts', import.meta.url)

/** Under way before anybody has asked. */
interface Begun {
  readonly infer?: Promise<Results['infer']>
  readonly names?: readonly FeatureName[]
  readonly features?: Promise<Results['features']>
}

/** The most labels that may be asked for; fewer are the first of them. */
const TOP_K_MAX = 5

export class ProcessVision implements ServingVision, AsyncDisposable {
  readonly #lives: Lives
  readonly #turns = new Turns()
  readonly #killers = new Killers()
  /** Asked about all the same, an image is forgotten again with the answer. */
  readonly #forgotten = new WeakSet<SeenImage>()
  readonly #begun = new WeakMap<SeenImage, Begun>()
  readonly #model: ServedModel | undefined

  private constructor(lives: Lives, source: ModelSource | undefined, info: ModelInfo | undefined) {
    this.#lives = lives
    this.#model = source && info && servedModel(source, info, (call, body) => this.#ofModel(call, body))
  }

  /** Rejects as `loadModel` does, or with `VisionDied` where the process ends while it loads. */
  static async start({
    model,
    limits,
    entry = ENTRY,
    batching = { batchMax: 'measured' },
    onEvent = () => {},
  }: VisionOptions): Promise<ProcessVision> {
    const code = await processCode(entry)
    const spec = { code, model, batching, limits: { ...VISION_LIMITS, ...limits } }
    const { lives, info } = await Lives.begin(spec, onEvent)
    return new ProcessVision(lives, model, info)
  }

  get health(): VisionHealth {
    const { deaths, lastReason, batch = { batchMax: 1, measured: [] } } = this.#lives
    return { deaths, lastReason, batch }
  }

  get process(): { readonly pid: number | undefined; readonly rssBytes: number | undefined } {
    return this.#lives.process
  }

  /** The loaded one. */
  get model(): ServedModel {
    if (!this.#model) throw new RangeError('Cannot use model: is none, expected vision with a model')
    return this.#model
  }

  async look(image: SeenImage, forModel = false): Promise<Results['look']> {
    if (this.#killers.has(image.bytes)) throw deadly()
    return this.#ofImage(image, { do: 'look', forModel })
  }

  /**
   * As `look`, and begins what the image will be asked for first: whoever asks for that gets this answer, whether good
   * or bad.
   */
  lookAndBegin(image: AwaitedImage, first: FirstAsked): Promise<Results['look']> {
    if (this.#killers.has(image.bytes)) return Promise.reject(deadly())
    const looked = this.look(image, first.ask === 'infer')
    const begun =
      first.ask === 'infer'
        ? { infer: this.#infer(image, { topK: TOP_K_MAX }, looked) }
        : { names: first.names, features: this.#features(image, first.names, looked) }
    // Nobody may come to ask: the function has failed, or the client has left.
    ;(begun.infer ?? begun.features).catch(() => undefined)
    this.#begun.set(image, begun)
    return looked
  }

  features(image: SeenImage, names: readonly FeatureName[]): Promise<Results['features']> {
    const begun = this.#begun.get(image)
    const isSame =
      begun?.names?.length === names.length && names.every((name, i) => name === begun.names?.[i])
    return (isSame && begun.features) || this.#features(image, names)
  }

  #features(
    image: SeenImage,
    names: readonly FeatureName[],
    looked?: Promise<unknown>,
  ): Promise<Results['features']> {
    return this.#ofImage(image, { do: 'features', names }, looked)
  }

  /** Rejects with `InferenceLate` where the image's client will have left before its turn comes. */
  async infer(image: AwaitedImage, topK: number, crop?: Crop): Promise<Results['infer']> {
    const begun = crop === undefined ? this.#begun.get(image)?.infer : undefined
    if (begun === undefined) return this.#infer(image, { topK, crop })
    const { labels, ...rest } = await begun
    return { ...rest, labels: labels.slice(0, topK) }
  }

  #infer(
    image: AwaitedImage,
    what: { topK: number; crop?: Crop | undefined },
    looked?: Promise<unknown>,
  ): Promise<Results['infer']> {
    const atMs = image.context?.expiresAtMs
    const expiresAtMs = atMs === undefined ? undefined : toMachineMs(atMs)
    return this.#ofImage(image, { do: 'infer', ...what, expiresAtMs }, looked)
  }

  measureOutcome(image: SeenImage, k: number): Promise<Results['measureOutcome']> {
    return this.#ofImage(image, { do: 'measureOutcome', k })
  }

  measureFeatures(image: SeenImage): Promise<Results['measureFeatures']> {
    return this.#ofImage(image, { do: 'measureFeatures', names: FEATURE_NAMES })
  }

  /** The tensor that a model of that input is given of an image; for models that run elsewhere. Keeps nothing of it. */
  async prepare(bytes: Uint8Array, input: ModelInput): Promise<Uint8Array | Float32Array> {
    if (this.#killers.has(bytes)) throw deadly()
    const { result, body } = await this.#twice(
      (life) => life.ask({ do: 'prepare', input }, [bytes]),
      () => this.#blame(bytes),
    )
    return result.dtype === 'uint8' ? new Uint8Array(body) : floatsOf(body)
  }

  forget(image: SeenImage): void {
    this.#forgotten.add(image)
    this.#lives.current?.forget(image)
  }

  /** Of the process that runs now, since it began. */
  async usage(): Promise<Results['usage']> {
    const { result } = await (await this.#lives.next()).ask({ do: 'usage' })
    return result
  }

  async peakRssBytes(): Promise<number> {
    return (await this.usage()).peakRssBytes
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#lives[Symbol.asyncDispose]()
  }

  async #ofImage<Name extends ImageCall['do']>(
    image: SeenImage,
    call: Extract<ImageCall, { readonly do: Name }>,
    looked?: Promise<unknown>,
  ): Promise<Results[Name]> {
    try {
      const { result } = await this.#twice(
        (life) => life.askOf<Name>(image, call),
        () => this.#blame(image.bytes),
        looked,
      )
      return result
    } finally {
      if (this.#forgotten.has(image)) this.#lives.current?.forget(image)
    }
  }

  #blame(bytes: Uint8Array): Error {
    this.#killers.add(bytes)
    return deadly()
  }

  #ofModel: Parameters<typeof servedModel>[2] = (call, body) =>
    this.#twice(
      (life) => life.ask(call, body),
      () =>
        call.do === 'scores'
          ? deadly()
          : new ModelRefused('does-not-run', 'Cannot run model: this input ends the process that runs it'),
    )

  /** `looked`: what goes along with another call is tried again only where that one fares well. */
  async #twice<T>(
    ask: (life: VisionLife) => Promise<T>,
    refusal: () => Error,
    looked?: Promise<unknown>,
  ): Promise<T> {
    try {
      return await ask(await this.#shared())
    } catch (error) {
      if (!(error instanceof VisionDied)) throw error
    }
    await looked
    try {
      return await this.#turns.alone(async () => ask(await this.#lives.next()))
    } catch (error) {
      throw error instanceof VisionDied ? refusal() : error
    }
  }

  async #shared(): Promise<VisionLife> {
    for (;;) {
      await this.#turns.together()
      const life = await this.#lives.next()
      // Somebody may have to go alone since.
      if (!this.#turns.isTaken) return life
    }
  }
}

const deadly = () =>
  new ImageRefused('damaged', 'Cannot decode image: ends the process that opens it, expected a whole image')
