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
import { ImageRefused } from '#vision/image-refused.ts'
import { ModelRefused } from '#vision/model-refused.ts'
import type { ModelInfo } from '#vision/onnx-model.ts'
import type { SeenImage, ServingVision } from '#vision/vision.ts'
import { Killers } from './killers.ts'
import { Lives, type VisionEvent } from './lives.ts'
import { processCode } from './process-code.ts'
import { type ServedModel, servedModel } from './served-model.ts'
import { Turns } from './turns.ts'
import { VisionDied, type VisionLife } from './vision-life.ts'
import { VISION_LIMITS, type VisionLimits } from './vision-limits.ts'
import type { ImageCall, ModelSource, Results } from './wire/vision-calls.ts'

export interface VisionOptions {
  /** None where features alone are asked for. */
  readonly model?: ModelSource
  readonly limits?: Partial<VisionLimits>
  readonly onEvent?: (event: VisionEvent) => void
  /** What the process runs; tests have theirs. */
  readonly entry?: URL
}

export interface VisionHealth {
  readonly deaths: number
  readonly lastReason: string | undefined
}

const ENTRY = new URL('./process/vision-process.ts', import.meta.url)

export class ProcessVision implements ServingVision, AsyncDisposable {
  readonly #lives: Lives
  readonly #turns = new Turns()
  readonly #killers = new Killers()
  /** Asked about all the same, an image is forgotten again with the answer. */
  readonly #forgotten = new WeakSet<SeenImage>()
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
    onEvent = () => {},
  }: VisionOptions): Promise<ProcessVision> {
    const code = await processCode(entry)
    const spec = { code, model, limits: { ...VISION_LIMITS, ...limits } }
    const { lives, info } = await Lives.begin(spec, onEvent)
    return new ProcessVision(lives, model, info)
  }

  get health(): VisionHealth {
    return { deaths: this.#lives.deaths, lastReason: this.#lives.lastReason }
  }

  get process(): { readonly pid: number | undefined; readonly rssBytes: number | undefined } {
    return this.#lives.process
  }

  /** The loaded one. */
  get model(): ServedModel {
    if (!this.#model) throw new RangeError('Cannot use model: is none, expected vision with a model')
    return this.#model
  }

  async look(image: SeenImage): Promise<Results['look']> {
    if (this.#killers.has(image.bytes)) throw deadly()
    return this.#ofImage(image, { do: 'look' })
  }

  features(image: SeenImage, names: readonly FeatureName[]): Promise<Results['features']> {
    return this.#ofImage(image, { do: 'features', names })
  }

  infer(image: SeenImage, topK: number, crop?: Crop): Promise<Results['infer']> {
    return this.#ofImage(image, { do: 'infer', topK, crop })
  }

  measureOutcome(image: SeenImage, k: number): Promise<Results['measureOutcome']> {
    return this.#ofImage(image, { do: 'measureOutcome', k })
  }

  measureFeatures(image: SeenImage): Promise<Results['measureFeatures']> {
    return this.#ofImage(image, { do: 'measureFeatures', names: FEATURE_NAMES })
  }

  forget(image: SeenImage): void {
    this.#forgotten.add(image)
    this.#lives.current?.forget(image)
  }

  /** Of the process that runs now, since it began. */
  async peakRssBytes(): Promise<number> {
    const { result } = await (await this.#lives.next()).ask({ do: 'usage' })
    return result.peakRssBytes
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#lives[Symbol.asyncDispose]()
  }

  async #ofImage<Name extends ImageCall['do']>(
    image: SeenImage,
    call: Extract<ImageCall, { readonly do: Name }>,
  ): Promise<Results[Name]> {
    try {
      const { result } = await this.#twice(
        (life) => life.askOf<Name>(image, call),
        () => {
          this.#killers.add(image.bytes)
          return deadly()
        },
      )
      return result
    } finally {
      if (this.#forgotten.has(image)) this.#lives.current?.forget(image)
    }
  }

  #ofModel: Parameters<typeof servedModel>[2] = (call, body) =>
    this.#twice(
      (life) => life.ask(call, body),
      () =>
        call.do === 'scores'
          ? deadly()
          : new ModelRefused('does-not-run', 'Cannot run model: this input ends the process that runs it'),
    )

  async #twice<T>(ask: (life: VisionLife) => Promise<T>, refusal: () => Error): Promise<T> {
    try {
      return await ask(await this.#shared())
    } catch (error) {
      if (!(error instanceof VisionDied)) throw error
    }
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
