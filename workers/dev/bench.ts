// A function on the bench: the real module in the real workerd, behind the real bindings, with stand-ins for what a
// deployment would bring. It needs no control plane and no installed model, so that `tandem functions check`, and the
// test of anybody's own function, run anywhere. The stand-in model names an image by its mean colour; features are
// the real ones; the edge answers, or refuses, as a test says.

import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { FunctionAnswer, type RankedClass } from '#contract/classify.ts'
import type { EdgeResult, FunctionRequest } from '#contract/function-bindings.ts'
import type { RouterDocument } from '#contract/router.ts'
import type { Tier } from '#contract/tier.ts'
import { bundleFunction } from '#platform/bundle-function.ts'
import { healthImage } from '#vision/health-image.ts'
import type { ViewedImage } from '#vision/session/prepare-input.ts'
import { createVision, type Vision } from '#vision/vision.ts'
import { serveBindings } from '../host/bindings-server.ts'
import { FunctionFailed } from '../host/function-failed.ts'
import type { FunctionHost, RunningFunction } from '../host/function-host.ts'
import { ImageTable, tableEntry } from '../host/image-table.ts'
import { workerdHost } from '../host/workerd/workerd-host.ts'

/** In which order the stand-in model knows them. */
export const STAND_IN_CLASSES = ['red', 'green', 'blue']

export interface Asked {
  features: number
  infer: number
  offload: number
}

export interface BenchRequest extends Partial<FunctionRequest> {
  /** JPEG, PNG or WebP; the picture by which devices check themselves where it is left out. */
  readonly image?: Uint8Array
  readonly edge?: 'answers' | 'refuses'
}

export interface Bench extends AsyncDisposable {
  /** What the function has asked of its bindings since the last `classify` began. */
  readonly asked: Readonly<Asked>
  /** The last of what it printed. */
  readonly output: string
  /** Throws a `FunctionFailed` where there is no valid answer in three seconds. */
  classify(request?: BenchRequest): Promise<FunctionAnswer>
}

export interface BenchOptions {
  readonly tier?: Tier
  /** What the function finds in DEPLOYMENT; a confidence router where it is left out. */
  readonly router?: RouterDocument
  readonly host?: (options: { onOutput: (text: string) => void }) => FunctionHost
}

const CONFIDENCE: RouterDocument = { schema: 1, kind: 'confidence', threshold: 0.5 }
/** An image on a slow board takes tens of milliseconds: a hundred times that is a loop. */
const ANSWER_MAX_MS = 3_000
const PING_MAX_MS = 500
const OUTPUT_MAX_CHARS = 4_000

/** `source` is a module's file, or `{ code }` that is bundled already. Rejects where it does not start. */
export async function startBench(
  source: string | { readonly code: string },
  options: BenchOptions = {},
): Promise<Bench> {
  const { tier = 'local', router = CONFIDENCE, host = workerdHost } = options
  const code = typeof source === 'string' ? await bundleFunction(source) : source.code
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tandem-bench-'))
  const images = new ImageTable()
  const state: State = { asked: nothing(), edge: 'answers', output: '' }
  const ports = { images, vision: countedVision(state), edge: { offload: standInEdge(state) } }
  const socket = path.join(folder, 'host.sock')
  const bindings = await serveBindings({ socket, ...ports })
  const clear = async () => {
    await bindings[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  }
  const onOutput = (text: string) => {
    state.output = (state.output + text).slice(-OUTPUT_MAX_CHARS)
  }
  const policy = { edgeDeadlineMs: ANSWER_MAX_MS, edgeConnectMs: 250 }
  const deployment = { id: 'bench', tier, routerVersion: 1, router, policy }
  const spec = { code, folder: path.join(folder, 'fn'), host: { socket }, deployment }
  const running = await host({ onOutput })
    .start(spec)
    .catch(async (error: unknown) => {
      await clear()
      throw error
    })
  return benchOf({ running, images, state, clear })
}

interface State {
  asked: Asked
  edge: 'answers' | 'refuses'
  output: string
}

interface BenchParts {
  readonly running: RunningFunction
  readonly images: ImageTable
  readonly state: State
  readonly clear: () => Promise<void>
}

function benchOf({ running, images, state, clear }: BenchParts): Bench {
  // workerd is a process of its own session: nobody else would end it where this one is ended.
  const atExit = () => running.kill('the bench is over')
  process.once('exit', atExit)
  return {
    get asked() {
      return state.asked
    },
    get output() {
      return state.output
    },
    async classify({ image, edge = 'answers', ...request } = {}) {
      state.asked = nothing()
      state.edge = edge
      const handle = images.add(tableEntry(image ?? healthImage()))
      try {
        return await ask(running, handle, { topK: 3, preference: 'balanced', lot: 0.5, ...request })
      } finally {
        images.delete(handle)
      }
    },
    async [Symbol.asyncDispose]() {
      process.off('exit', atExit)
      await running[Symbol.asyncDispose]()
      await clear()
    },
  }
}

async function ask(running: RunningFunction, handle: string, request: FunctionRequest) {
  const signal = AbortSignal.timeout(ANSWER_MAX_MS)
  const answer = await running.classify(handle, request, signal).catch(async (error: unknown) => {
    if (!signal.aborted) throw error
    const isAwake = await running.ping(PING_MAX_MS)
    if (!isAwake) running.kill('is stuck')
    const how = isAwake ? 'waits for something' : 'is stuck in a loop'
    throw new FunctionFailed('timeout', `gives no answer in ${ANSWER_MAX_MS} ms and ${how}`)
  })
  const parsed = FunctionAnswer.safeParse(answer)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const where = issue.path.length === 0 ? 'its answer' : `"${issue.path.join('.')}"`
  throw new FunctionFailed('nonsense', `answers something else than an answer: ${where}: ${issue.message}`)
}

const nothing = (): Asked => ({ features: 0, infer: 0, offload: 0 })

function countedVision(state: State): Vision {
  const vision = createVision({ model: { name: 'stand-in', classify: async (image) => byColour(image) } })
  return {
    features(image, names) {
      state.asked.features++
      return vision.features(image, names)
    },
    infer(image, topK, crop) {
      state.asked.infer++
      return vision.infer(image, topK, crop)
    },
  }
}

/** The shares of red, green and blue in what the model is shown. */
function byColour({ rgb, width, height, view }: ViewedImage): RankedClass[] {
  const { x, y, width: w, height: h } = view ?? { x: 0, y: 0, width: 1, height: 1 }
  const sums = [1, 1, 1]
  for (let row = Math.floor(y * height); row < (y + h) * height && row < height; row++)
    for (let column = Math.floor(x * width); column < (x + w) * width && column < width; column++)
      for (let c = 0; c < 3; c++) sums[c]! += rgb[(row * width + column) * 3 + c]!
  const total = sums.reduce((sum, value) => sum + value, 0)
  return sums
    .map((sum, index) => ({ index, name: STAND_IN_CLASSES[index]!, score: sum / total }))
    .sort((a, b) => b.score - a.score)
}

function standInEdge(state: State) {
  return async (_: unknown, topK: number): Promise<EdgeResult> => {
    state.asked.offload++
    if (state.edge === 'refuses')
      return { ok: false, reason: 'breaker-open', message: 'the edge of the bench refuses', ms: 0 }
    const names = STAND_IN_CLASSES.slice(0, topK)
    const labels = names.map((name, index) => ({ index, name, score: index === 0 ? 0.9 : 0.05 }))
    return { ok: true, model: 'stand-in-edge', labels, ms: 5 }
  }
}
