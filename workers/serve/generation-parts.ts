// What a generation is made of, started in order and let go of in the reverse: vision, bindings, function.

import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Logger } from 'pino'
import type { Deployment } from '#contract/deployment.ts'
import { LabelList } from '#contract/model.ts'
import { RouterDocument } from '#contract/router.ts'
import type { Tier } from '#contract/tier.ts'
import type { ArtifactStore } from '#platform/artifact-store.ts'
import { type BindingsServer, type EdgePort, serveBindings } from '../host/bindings-server.ts'
import type { FunctionHost } from '../host/function-host.ts'
import { ImageTable } from '../host/image-table.ts'
import { type WatchedFunction, watchFunction } from '../host/watch/watchdog.ts'
import type { WatchdogLimits } from '../host/watch/watchdog-limits.ts'
import { ProcessVision, type VisionOptions } from '../vision/process-vision.ts'
import type { ModelSource } from '../vision/wire/vision-calls.ts'
import type { Prepare } from './offload/edge-client.ts'

export interface GenerationPorts {
  readonly tier: Tier
  readonly store: ArtifactStore
  readonly host: FunctionHost
  /** For the built-in function there is no host: the worker answers by the same flow itself. */
  readonly isInline?: boolean
  /** `prepare`: what opens images for edges that want tensors. */
  readonly edgeFor: (deployment: Deployment, prepare: Prepare) => EdgePort
  /** A folder for sockets, with a short path. */
  readonly runFolder: string
  readonly log: Logger
  readonly limits?: Partial<WatchdogLimits>
  /** What vision may do, and what its process runs; tests have their own. */
  readonly vision?: Pick<VisionOptions, 'entry' | 'limits' | 'batching'>
  /** How long a generation that is stopped waits for the requests in flight; ten seconds where it is left out. */
  readonly drainMaxMs?: number
}

export interface GenerationParts {
  readonly vision: ProcessVision
  readonly router: RouterDocument
  readonly images: ImageTable
  readonly edge: EdgePort
  /** None where the worker itself answers. */
  readonly hosted: HostedFunction | undefined
  /** Of this generation alone: the same deployment may start again while it still stops. */
  readonly folder: string
}

export interface HostedFunction {
  readonly bindings: BindingsServer
  readonly fn: WatchedFunction
}

/** Kept for the function that the control plane ships itself; nobody else's bears it. */
const BUILT_IN = 'classify'

/** What the flow does is known of this function alone. */
export const isBuiltIn = (deployment: Deployment): boolean => deployment.function.name === BUILT_IN

let starts = 0

/** Leaves nothing behind where a part does not start. */
export async function startParts(
  deployment: Deployment,
  ports: GenerationPorts,
  onFailed: (reason: string) => void,
): Promise<GenerationParts> {
  const { store } = ports
  const fail = once(onFailed)
  const router = RouterDocument.parse(await readJson(store, deployment.router.file.digest))
  const images = new ImageTable()
  const folder = path.join(ports.runFolder, `v${deployment.version}-${++starts}`)
  const undo: Undo = [() => rm(folder, { recursive: true, force: true })]
  try {
    const vision = await startVision(deployment, ports, fail)
    undo.push(() => vision[Symbol.asyncDispose]())
    const edge = ports.edgeFor(deployment, (bytes, input) => vision.prepare(bytes, input))
    const rest = { vision, router, images, edge, folder }
    if (ports.isInline && isBuiltIn(deployment)) return { ...rest, hosted: undefined }
    return { ...rest, hosted: await startHosted(deployment, ports, { ...rest, undo, fail }) }
  } catch (error) {
    for (const step of undo.reverse()) await step()
    throw error
  }
}

type Undo = (() => PromiseLike<void>)[]

interface Surroundings extends Omit<GenerationParts, 'hosted'> {
  readonly undo: Undo
  readonly fail: (reason: string) => void
}

async function startHosted(
  deployment: Deployment,
  { store, log, tier, host, limits = {} }: GenerationPorts,
  { vision, router, images, edge, folder, undo, fail }: Surroundings,
): Promise<HostedFunction> {
  const code = (await store.readVerified(deployment.function.file.digest)).toString('utf8')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const onError = (err: unknown) => log.error({ err }, 'binding failed')
  const socket = path.join(folder, 'host.sock')
  const bindings = await serveBindings({ socket, images, vision, edge, onError })
  undo.push(() => bindings[Symbol.asyncDispose]())
  const { id, policy } = deployment
  const told = { id, tier, routerVersion: deployment.router.version, router, policy }
  const spec = { code, folder: path.join(folder, 'fn'), host: { socket }, deployment: told }
  const fn = await watchFunction(host, spec, {
    limits,
    isBusy: (handle) => images.isBusy(handle),
    onEvent: (event) => {
      log.warn({ event, deployment: id }, 'function watchdog')
      if (event.kind === 'failed') fail(event.reason)
    },
  })
  return { bindings, fn }
}

/** A crash is not the function's fault, but vision that never comes back leaves nothing to serve with either. */
async function startVision(
  deployment: Deployment,
  { store, tier, log, vision }: GenerationPorts,
  onFailed: (reason: string) => void,
): Promise<ProcessVision> {
  const ref = tier === 'local' ? deployment.local : deployment.edge
  const labels = LabelList.parse(await readJson(store, ref.labels.digest))
  const { digest } = ref.file
  const model: ModelSource = {
    file: store.path(digest),
    digest,
    name: ref.name,
    contract: ref.contract,
    labels,
  }
  const started = await ProcessVision.start({
    ...vision,
    model,
    onEvent(event) {
      log.warn({ event, deployment: deployment.id }, 'vision process')
      if (event.kind === 'failed') onFailed(event.reason)
    },
  })
  log.info({ deployment: deployment.id, model: ref.name, ...started.health.batch }, 'images in one run')
  return started
}

async function readJson(store: ArtifactStore, digest: string): Promise<unknown> {
  return JSON.parse((await store.readVerified(digest)).toString('utf8'))
}

/** Function and vision may both be given up; the generation is once. */
function once(tell: (reason: string) => void): (reason: string) => void {
  let isTold = false
  return (reason) => {
    if (isTold) return
    isTold = true
    tell(reason)
  }
}
