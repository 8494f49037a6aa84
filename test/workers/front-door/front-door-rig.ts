// A worker's serving half on a real socket: store, generations with a real (tiny) ONNX model, front door. What
// is left out is the agent: deployments are installed by hand.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { pino } from 'pino'
import type { Deployment } from '#contract/deployment.ts'
import type { EdgeResult } from '#contract/function-bindings.ts'
import { ModelContract } from '#contract/model.ts'
import type { RouterDocument } from '#contract/router.ts'
import type { Tier } from '#contract/tier.ts'
import { ArtifactStore } from '#platform/artifact-store.ts'
import { bundleFunction } from '#platform/bundle-function.ts'
import { tempFolder } from '#test/harness/temp-folder.ts'
import { TINY_LABELS, tinyContract, tinyModel } from '#test/vision/tiny-model.ts'
import type { FrontDoorPorts } from '#workers/front-door/front-door-app.ts'
import {
  type FrontDoor,
  type FrontDoorPlace,
  openFrontDoor,
} from '#workers/front-door/socket/open-front-door.ts'
import type { EdgePort } from '#workers/host/bindings-server.ts'
import type { FunctionHost } from '#workers/host/function-host.ts'
import type { WatchdogLimits } from '#workers/host/watch/watchdog-limits.ts'
import type { GenerationPorts } from '#workers/serve/generation-parts.ts'
import { Generations } from '#workers/serve/generations.ts'

const BUILT_IN = path.resolve(import.meta.dirname, '../../../functions/classify/classify.ts')

export const ALWAYS_EDGE: RouterDocument = { schema: 1, kind: 'always-edge', threshold: -1 }
export const ALWAYS_LOCAL: RouterDocument = { schema: 1, kind: 'always-local', threshold: 2 }

export interface DeploymentDraft {
  readonly version?: number
  /** The built-in function where it is left out. */
  readonly code?: string
  readonly router?: RouterDocument
  /** For both tiers; the tiny one where it is left out. */
  readonly model?: RigModel
}

export interface RigModel {
  readonly file: Uint8Array
  readonly contract: ModelContract
  readonly labels: readonly string[]
}

/** One of `demo/models`. */
export async function demoModel(name: string): Promise<RigModel> {
  const read = (file: string) => readFile(path.join(import.meta.dirname, '../../../demo/models', file))
  const { contract } = JSON.parse((await read(`${name}.json`)).toString('utf8'))
  const labels = (await read('classes.txt')).toString('utf8').trim().split('\n')
  return { file: await read(`${name}.onnx`), contract: ModelContract.parse(contract), labels }
}

export interface FrontDoorRig extends AsyncDisposable {
  readonly url: string
  readonly door: FrontDoor
  readonly generations: Generations
  readonly runFolder: string
  /** Every line of the worker's log. */
  readonly log: readonly string[]
  /** Puts a deployment's artifacts on disk, as the agent would have fetched them. */
  store(draft?: DeploymentDraft): Promise<Deployment>
  /** Stores, starts and switches. */
  install(draft?: DeploymentDraft): Promise<Deployment>
}

export interface RigOptions {
  readonly host: FunctionHost
  readonly tier?: Tier
  readonly offload?: () => Promise<EdgeResult>
  /** In place of `offload`. */
  readonly edge?: EdgePort
  readonly limits?: Partial<WatchdogLimits>
  readonly drainMaxMs?: number
  /** From this level the log is kept; `debug` where it is left out. */
  readonly logLevel?: string
  readonly place?: Partial<FrontDoorPlace>
  readonly ports?: Partial<FrontDoorPorts>
  /** More of what generations are started with. */
  readonly generation?: Pick<GenerationPorts, 'isInline' | 'vision'>
}

const noEdge = async (): Promise<EdgeResult> => ({ ok: false, reason: 'edge-error', message: 'none', ms: 0 })

export async function frontDoorRig({
  host,
  tier = 'local',
  offload = noEdge,
  edge,
  limits = {},
  drainMaxMs = 10_000,
  logLevel = 'debug',
  place = {},
  ports = {},
  generation = {},
}: RigOptions): Promise<FrontDoorRig> {
  const folder = await tempFolder('door')
  const store = new ArtifactStore(path.join(folder.path, 'artifacts'))
  const lines: string[] = []
  const log = pino({ level: logLevel }, { write: (line) => void lines.push(line) })
  const runFolder = path.join(folder.path, 'run')
  const edgeFor = () => edge ?? { offload }
  const generations = new Generations({
    ...{ tier, store, host, edgeFor, runFolder, log, limits, drainMaxMs },
    ...generation,
  })
  const door = await openFrontDoor(
    {
      generations,
      log,
      energyOf: () => ({ value: 0, method: 'model' }),
      onAnswer: () => undefined,
      ...ports,
    },
    { host: '127.0.0.1', port: 0, ...place },
  )
  const put = (draft: DeploymentDraft = {}) => putDeployment(store, draft)
  return {
    url: door.url,
    door,
    generations,
    runFolder,
    log: lines,
    store: put,
    async install(draft) {
      const deployment = await put(draft)
      await generations.start(deployment)
      generations.switchTo(deployment.id)
      return deployment
    },
    async [Symbol.asyncDispose]() {
      await door.close({ announceMs: 0, maxMs: 0 })
      await generations[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

const TINY: RigModel = { file: tinyModel(), contract: tinyContract(), labels: TINY_LABELS }

async function putDeployment(store: ArtifactStore, draft: DeploymentDraft): Promise<Deployment> {
  const { version = 1, code = await bundleFunction(BUILT_IN), router = ALWAYS_LOCAL, model = TINY } = draft
  const put = (text: string) => store.putBytes(Buffer.from(text))
  const labels = await put(JSON.stringify(model.labels))
  const file = await store.putBytes(model.file)
  const modelRef = (name: string) => ({ id: name, name, file, contract: model.contract, labels })
  return {
    id: `dep-${version}`,
    version,
    local: modelRef('light'),
    edge: modelRef('heavy'),
    router: { id: 'router', version, kind: router.kind, file: await put(JSON.stringify(router)) },
    function: { id: 'fn', name: 'classify', version: 1, file: await put(code) },
    policy: { edgeDeadlineMs: 200, edgeConnectMs: 100 },
  }
}
