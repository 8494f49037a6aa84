// One deployment as it runs on this device: function, ONNX session and router, started and stopped as one. The
// function answers; where it fails, the built-in path answers with the same flow, so that a bad function costs
// quality of explanation and never an answer.

import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Logger } from 'pino'
import { FunctionAnswer } from '#contract/classify.ts'
import type { Deployment } from '#contract/deployment.ts'
import type { FunctionRequest } from '#contract/function-bindings.ts'
import { LabelList } from '#contract/model.ts'
import { RouterDocument } from '#contract/router.ts'
import type { Tier } from '#contract/tier.ts'
import { classifyFlow } from '#core/route/classify-flow.ts'
import type { ArtifactStore } from '#platform/artifact-store.ts'
import { healthImage } from '#vision/health-image.ts'
import { type ImageEntry, imageEntry } from '#vision/image-entry.ts'
import { type LoadedModel, loadModel } from '#vision/onnx-model.ts'
import { createVision, type Vision } from '#vision/vision.ts'
import { type BindingsServer, type EdgePort, serveBindings } from '../host/bindings-server.ts'
import type { FunctionHost } from '../host/function-host.ts'
import { ImageTable } from '../host/image-table.ts'
import { type WatchedFunction, watchFunction } from '../host/watchdog.ts'

export interface GenerationPorts {
  readonly tier: Tier
  readonly store: ArtifactStore
  readonly host: FunctionHost
  readonly edgeFor: (deployment: Deployment) => EdgePort
  /** A folder for sockets, with a short path. */
  readonly runFolder: string
  readonly log: Logger
}

export interface Answered {
  readonly answer: FunctionAnswer
  readonly byFallback: boolean
}

/** Over the edge deadline by what a local inference takes; a function that is later has failed. */
const FUNCTION_SLACK_MS = 5_000
const DRAIN_MAX_MS = 10_000
const DRAIN_LOOK_MS = 10

interface Parts {
  readonly model: LoadedModel
  readonly vision: Vision
  readonly router: RouterDocument
  readonly images: ImageTable
  readonly bindings: BindingsServer
  readonly edge: EdgePort
  readonly fn: WatchedFunction
}

export class Generation implements AsyncDisposable {
  readonly deployment: Deployment
  readonly #ports: GenerationPorts
  readonly #parts: Parts
  #inFlight = 0

  private constructor(deployment: Deployment, ports: GenerationPorts, parts: Parts) {
    this.deployment = deployment
    this.#ports = ports
    this.#parts = parts
  }

  /** Resolves once the generation has classified a real image; leaves nothing behind where it cannot. */
  static async start(deployment: Deployment, ports: GenerationPorts): Promise<Generation> {
    const generation = new Generation(deployment, ports, await startParts(deployment, ports))
    try {
      await generation.#check()
      return generation
    } catch (error) {
      await generation[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Never rejects because of the function or the edge; rejects with `ImageRefused` for a bad image. */
  async classify(image: ImageEntry, request: FunctionRequest): Promise<Answered> {
    this.#inFlight++
    const handle = this.#parts.images.add(image)
    try {
      await image.decoded()
      try {
        return { answer: await this.#byFunction(handle, request), byFallback: false }
      } catch (error) {
        this.#ports.log.warn(
          { err: error, deployment: this.deployment.id },
          'function failed, built-in path answers',
        )
        return { answer: await this.#builtIn(image, request), byFallback: true }
      }
    } finally {
      this.#parts.images.delete(handle)
      this.#inFlight--
    }
  }

  async #byFunction(handle: string, request: FunctionRequest): Promise<FunctionAnswer> {
    const deadline = AbortSignal.timeout(this.deployment.policy.edgeDeadlineMs + FUNCTION_SLACK_MS)
    return FunctionAnswer.parse(await this.#parts.fn.classify(handle, request, deadline))
  }

  #builtIn(image: ImageEntry, request: FunctionRequest): Promise<FunctionAnswer> {
    const { vision, router, edge } = this.#parts
    return classifyFlow(
      {
        features: (names) => vision.features(image, names),
        infer: (topK) => vision.infer(image, topK),
        offload: (topK) => edge.offload(image, topK),
      },
      { tier: this.#ports.tier, routerVersion: this.deployment.router.version, router },
      request,
    )
  }

  async #check(): Promise<void> {
    const request: FunctionRequest = { topK: 1, preference: 'local-only', lot: 0 }
    const handle = this.#parts.images.add(imageEntry(await healthImage()))
    try {
      await this.#byFunction(handle, request)
    } finally {
      this.#parts.images.delete(handle)
    }
  }

  /** Waits for the requests in flight, then stops function, bindings and session, in that order. */
  async [Symbol.asyncDispose](): Promise<void> {
    const deadline = Date.now() + DRAIN_MAX_MS
    while (this.#inFlight > 0 && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, DRAIN_LOOK_MS))
    await this.#parts.fn[Symbol.asyncDispose]()
    await this.#parts.bindings[Symbol.asyncDispose]()
    await this.#parts.model[Symbol.asyncDispose]()
    await rm(folderOf(this.deployment, this.#ports), { recursive: true, force: true })
  }
}

const folderOf = (deployment: Deployment, ports: GenerationPorts) =>
  path.join(ports.runFolder, `v${deployment.version}`)

async function startParts(deployment: Deployment, ports: GenerationPorts): Promise<Parts> {
  const { store, tier } = ports
  const ref = tier === 'local' ? deployment.local : deployment.edge
  const json = async (digest: string) => JSON.parse((await store.readVerified(digest)).toString('utf8'))
  const labels = LabelList.parse(await json(ref.labels.digest))
  const router = RouterDocument.parse(await json(deployment.router.file.digest))
  const code = (await store.readVerified(deployment.function.file.digest)).toString('utf8')
  const folder = folderOf(deployment, ports)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const named = { name: ref.name, contract: ref.contract, labels }
  const model = await loadModel(await store.readVerified(ref.file.digest), named)
  const vision = createVision({ model })
  const images = new ImageTable()
  const { log } = ports
  const edge = ports.edgeFor(deployment)
  const onError = (err: unknown) => log.error({ err }, 'binding failed')
  const socket = path.join(folder, 'host.sock')
  const bindings = await serveBindings({ socket, images, vision, edge, onError })
  const { id, policy } = deployment
  const told = { id, tier, routerVersion: deployment.router.version, router, policy }
  try {
    const fn = await watchFunction(
      ports.host,
      { code, folder: path.join(folder, 'fn'), host: { socket }, deployment: told },
      { onEvent: (event) => log.warn({ event, deployment: id }, 'function watchdog') },
    )
    return { model, vision, router, images, bindings, edge, fn }
  } catch (error) {
    await bindings[Symbol.asyncDispose]()
    await model[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}
