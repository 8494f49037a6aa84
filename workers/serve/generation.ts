// One deployment as it runs on this device: function, vision and router, started and stopped as one. The
// function answers; where it fails, the built-in path answers with the same flow, so that a bad function costs
// quality of explanation and never an answer. A request belongs to the generation that it entered until it is
// answered: stopping waits for it, and vision is not let go of while anybody may still need it.

import { rm } from 'node:fs/promises'
import { FunctionAnswer } from '#contract/classify.ts'
import type { Deployment } from '#contract/deployment.ts'
import type { FunctionRequest } from '#contract/function-bindings.ts'
import { classifyFlow } from '#core/route/classify-flow.ts'
import { firstAsked } from '#core/route/first-asked.ts'
import { healthImage } from '#vision/health-image.ts'
import { InferenceLate } from '#vision/session/inference-late.ts'
import { RequestRefused } from '../front-door/request-refused.ts'
import { type EdgePort, offloadHedged } from '../host/bindings-server.ts'
import type { FunctionDriver } from '../host/function-host.ts'
import { type TableEntry, tableEntry } from '../host/image-table.ts'
import type { FunctionHealth } from '../host/watch/watchdog.ts'
import { within } from '../host/within.ts'
import { VisionDown } from '../vision/lives.ts'
import type { ProcessVision, VisionHealth } from '../vision/process-vision.ts'
import type { ServedModel } from '../vision/served-model.ts'
import {
  type GenerationParts,
  type GenerationPorts,
  type HostedFunction,
  isBuiltIn,
  startParts,
} from './generation-parts.ts'
import type { RequestContext } from './request-context.ts'

export interface Answered {
  readonly answer: FunctionAnswer
  readonly byFallback: boolean
  /** How often its image was sent to an edge. */
  readonly uploads: number
}

export interface GenerationHealth extends FunctionHealth {
  readonly answers: number
  /** Of these, given by the built-in path. */
  readonly fallbacks: number
  readonly vision: VisionHealth
}

/** Two edge deadlines of a patient policy; what is longer waits in a queue, and the built-in path answers it. */
const DRAIN_MAX_MS = 10_000
/** Of that, for those that are left then: they have no function any more and need an inference each. */
const LATE_SHARE = 0.5

export class Generation implements AsyncDisposable {
  readonly deployment: Deployment
  readonly #ports: GenerationPorts
  readonly #parts: GenerationParts
  #inFlight = 0
  #onEmpty = () => {}
  #answers = 0
  #fallbacks = 0
  #isFailing = false
  #stopped: Promise<void> | undefined

  private constructor(deployment: Deployment, ports: GenerationPorts, parts: GenerationParts) {
    this.deployment = deployment
    this.#ports = ports
    this.#parts = parts
  }

  /**
   * Resolves once the generation has classified a real image; leaves nothing behind where it cannot. Calls
   * `onFunctionFailed` at most once, when the watchdog gives the function up; the generation serves on.
   */
  static async start(
    deployment: Deployment,
    ports: GenerationPorts,
    onFunctionFailed: (reason: string) => void = () => {},
  ): Promise<Generation> {
    const parts = await startParts(deployment, ports, onFunctionFailed)
    const generation = new Generation(deployment, ports, parts)
    try {
      await generation.#check()
      return generation
    } catch (error) {
      await generation[Symbol.asyncDispose]()
      throw error
    }
  }

  get health(): GenerationHealth {
    return {
      ...(this.#parts.hosted?.fn.health ?? HEALTHY),
      answers: this.#answers,
      fallbacks: this.#fallbacks,
      vision: this.#parts.vision.health,
    }
  }

  get driver(): FunctionDriver {
    return this.#parts.hosted?.fn.driver ?? 'inline'
  }

  /** Of the function's process, where the driver knows it. */
  get functionProcess(): { readonly pid: number | undefined; readonly rssBytes: number | undefined } {
    const fn = this.#parts.hosted?.fn
    return { pid: fn?.pid, rssBytes: fn?.rssBytes }
  }

  /** Of the process that decodes and infers. */
  get visionProcess(): { readonly pid: number | undefined; readonly rssBytes: number | undefined } {
    return this.#parts.vision.process
  }

  /** What its vision process has done and taken since it began. */
  visionUsage(): ReturnType<ProcessVision['usage']> {
    return this.#parts.vision.usage()
  }

  /** The way to its edge half, for what nobody waits for. */
  get edge(): EdgePort {
    return this.#parts.edge
  }

  /** The model by itself; the generation stays whole for what is asked of it. */
  get model(): ServedModel {
    const { model } = this.#parts.vision
    return {
      ...model,
      runTensor: (input) => this.during(() => model.runTensor(input)),
      scores: (images) => this.during(() => model.scores(images)),
    }
  }

  /** Keeps the generation whole for `work`, which may wait for its turn before it classifies. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#inFlight++
    try {
      return await work()
    } finally {
      if (--this.#inFlight === 0) this.#onEmpty()
    }
  }

  /** Never rejects because of the function or the edge; rejects with `ImageRefused` for a bad image. */
  classify(bytes: Uint8Array, request: FunctionRequest, context: RequestContext): Promise<Answered> {
    const image = tableEntry(bytes, context)
    const { images, vision, edge } = this.#parts
    return this.during(async () => {
      const handle = images.add(image)
      try {
        const expected = edge.expected?.()
        const asked = expected ? { ...request, expected } : request
        const answered = await this.#look(image, asked)
          .then(() => this.#answer(handle, image, asked))
          .catch(refuseWhenLate)
          .catch(refuseWhileDown)
        edge.answered?.(image, answered.answer)
        this.#answers++
        if (answered.byFallback) this.#fallbacks++
        return { ...answered, uploads: image.uploads }
      } finally {
        images.delete(handle)
        // The answer goes first.
        setImmediate(() => vision.forget(image))
      }
    })
  }

  /**
   * Refuses what is no image, and begins what the function will ask for: it is still being told of the image then. With
   * no function to tell, what is asked first refuses as well, and an answer less comes back from vision.
   */
  async #look(image: TableEntry, request: FunctionRequest): Promise<void> {
    const { hosted, vision, router } = this.#parts
    const first = isBuiltIn(this.deployment) ? firstAsked(this.#ports.tier, router, request) : undefined
    if (!first) await vision.look(image)
    else if (hosted) await vision.lookAndBegin(image, first)
  }

  async #answer(
    handle: string,
    image: TableEntry,
    request: FunctionRequest,
  ): Promise<Omit<Answered, 'uploads'>> {
    const { hosted } = this.#parts
    if (!hosted) return { answer: await this.#builtIn(image, request), byFallback: false }
    try {
      const answer = await byFunction(hosted, handle, request)
      this.#isFailing = false
      return { answer, byFallback: false }
    } catch (err) {
      // Once a series: a function that is down would fill the log at the rate of the requests.
      const level = this.#isFailing || isLate(image) ? 'debug' : 'warn'
      // What has no answer in time is not the function's fault.
      this.#isFailing ||= !isLate(image)
      this.#ports.log[level](
        { err, deployment: this.deployment.id },
        'function failed, built-in path answers',
      )
      return { answer: await this.#builtIn(image, request), byFallback: true }
    }
  }

  #builtIn(image: TableEntry, request: FunctionRequest): Promise<FunctionAnswer> {
    const { vision, router, edge } = this.#parts
    return classifyFlow(
      {
        features: (names) => vision.features(image, names),
        infer: (topK) => vision.infer(image, topK),
        offload: (topK) => offloadHedged({ edge, vision }, image, topK),
      },
      { tier: this.#ports.tier, routerVersion: this.deployment.router.version, router },
      request,
    )
  }

  async #check(): Promise<void> {
    const request: FunctionRequest = { topK: 1, preference: 'local-only', lot: 0 }
    const image = tableEntry(healthImage())
    const { images, vision, hosted } = this.#parts
    const handle = images.add(image)
    try {
      await (hosted ? byFunction(hosted, handle, request) : this.#builtIn(image, request))
    } finally {
      images.delete(handle)
      vision.forget(image)
    }
  }

  /**
   * Waits for the requests in flight, then stops function, bindings and vision, in that order. Bounded: what is
   * still in flight after `drainMaxMs` loses its function and is answered by the built-in path; after half of
   * that again the stop is over for the caller, and vision goes with the last request.
   */
  [Symbol.asyncDispose](): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    const { hosted, vision, folder } = this.#parts
    const { drainMaxMs = DRAIN_MAX_MS } = this.#ports
    const empty = this.#empty()
    await within(empty, drainMaxMs)
    await hosted?.fn[Symbol.asyncDispose]()
    await hosted?.bindings[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
    await within(
      empty.then(() => vision[Symbol.asyncDispose]()),
      drainMaxMs * LATE_SHARE,
    )
  }

  #empty(): Promise<void> {
    if (this.#inFlight === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#onEmpty = resolve
    })
  }
}

/** "Not now" while a client can still ask somebody else. */
function refuseWhileDown(error: unknown): never {
  if (!(error instanceof VisionDown)) throw error
  throw new RequestRefused('not-ready', 'Cannot classify: vision is being started again, try again soon', {
    cause: error,
  })
}

function refuseWhenLate(error: unknown): never {
  if (!(error instanceof InferenceLate)) throw error
  throw new RequestRefused(
    'late',
    'Cannot classify in time: the deadline has passed while others were inferred',
    {
      cause: error,
    },
  )
}

const isLate = ({ context: { expiresAtMs } }: TableEntry): boolean =>
  expiresAtMs !== undefined && performance.now() > expiresAtMs

const HEALTHY: FunctionHealth = { state: 'healthy', hasFailed: false, deaths: 0, lastReason: undefined }

function byFunction(
  { fn }: HostedFunction,
  handle: string,
  request: FunctionRequest,
): Promise<FunctionAnswer> {
  return fn.classify(handle, request, (answer) => FunctionAnswer.parse(answer))
}
