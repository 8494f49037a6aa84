// One life of a vision process, as its worker sees it: started with its model loaded, asked, watched, ended. When it
// dies, of itself or by our hand, everything that was asked and not answered rejects with `VisionDied`; whoever asked
// decides what to do about it.

import { type ChildProcess, spawn } from 'node:child_process'
import { type Duplex, PassThrough } from 'node:stream'
import type { LoadOptions } from '#vision/onnx-model.ts'
import type { BatchChoice } from '#vision/session/choose-batch.ts'
import type { SeenImage } from '#vision/vision.ts'
import { endQuietly, startQuietly } from '../host/quiet-process.ts'
import { within } from '../host/within.ts'
import { processUsage } from '../host/workerd/process-usage.ts'
import { ROOT } from './process-code.ts'
import type { VisionLimits } from './vision-limits.ts'
import { watchLife } from './watch-life.ts'
import { onFrames, sendFrame } from './wire/frames.ts'
import { errorOf } from './wire/told-errors.ts'
import type { Answer, CallName, ImageCall, ModelCall, ModelSource, Results } from './wire/vision-calls.ts'

export class VisionDied extends Error {
  override readonly name = 'VisionDied'
}

export interface LifeSpec {
  /** The program that the process runs. */
  readonly code: string
  readonly model: ModelSource | undefined
  readonly limits: VisionLimits
  readonly batching: NonNullable<LoadOptions['batching']>
  /** Of all lives: what one has seen the next one need not learn. */
  readonly pace: { slowestMs: number | undefined; batch: BatchChoice | undefined }
  /** Called once, before anything that was asked rejects; not where the life is disposed of, or never began. */
  readonly onDeath: (reason: string) => void
}

export interface Asked<Name extends CallName> {
  readonly result: Results[Name]
  readonly body: Buffer
}

interface Waiting {
  readonly resolve: (answer: { result: unknown; body: Buffer }) => void
  readonly reject: (error: Error) => void
}

/** The heap holds no pixels: those lie outside of it. */
const HEAP_MAX_MB = 128
/** From the end of the stream: what is under way there has nobody to answer to. */
const END_MAX_MS = 1_000

export class VisionLife implements AsyncDisposable {
  readonly gone: Promise<void>
  readonly #spec: LifeSpec
  readonly #child: ChildProcess
  readonly #stream: Duplex
  readonly #waiting = new Map<number, Waiting>()
  readonly #images = new WeakMap<SeenImage, number>()
  #ids = 0
  #heard = 0
  #hasBegun = false
  #reason: string | undefined
  #isEnding = false

  private constructor(spec: LifeSpec) {
    this.#spec = spec
    this.#child = spawn(process.execPath, NODE_OPTIONS, {
      cwd: ROOT,
      stdio: ['pipe', 'ignore', 'inherit', 'pipe'],
      env: ENVIRONMENT,
    })
    this.gone = new Promise((resolve) => {
      this.#child.once('error', (error) => this.#bury(error.message, resolve))
      this.#child.once('exit', (code, signal) => this.#bury(`ended with ${signal ?? code}`, resolve))
    })
    // Too many open files: then there are no streams either, and the error comes by the event.
    if (!this.#child.stdin) {
      this.#stream = new PassThrough()
      return
    }
    // A process that ends at once hears nothing: its exit tells.
    this.#child.stdin.on('error', () => undefined)
    this.#child.stdin.end(spec.code)
    this.#stream = this.#child.stdio[3] as Duplex
    // Told by the exit as well.
    this.#stream.on('error', () => undefined)
    onFrames(this.#stream, ({ head, body }) => this.#hear(head as Answer, body))
  }

  /** With the model's description. Rejects as loading does (`ModelRefused`, `ArtifactRefused`), or with `VisionDied`. */
  static async start(
    spec: LifeSpec,
    { isQuiet = false } = {},
  ): Promise<{ life: VisionLife; info: Results['load']['info'] }> {
    const life = new VisionLife(spec)
    const begun = isQuiet && life.pid !== undefined ? startQuietly(life.pid) : () => {}
    try {
      const { pace, model } = spec
      const batching = { ...spec.batching, ...(pace.batch && { batchMax: pace.batch.batchMax }) }
      const loading = life.ask({ do: 'load', model, batching })
      const loaded = await within(loading, spec.limits.loadMaxMs)
      if (loaded) {
        life.#hasBegun = true
        pace.batch ??= loaded.result.batch
        begun()
        watchLife(life, spec.limits)
        return { life, info: loaded.result.info }
      }
      loading.catch(() => undefined)
      throw new VisionDied(`has not loaded its model in ${spec.limits.loadMaxMs} ms`)
    } catch (error) {
      life.kill('did not start')
      throw error
    }
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get rssBytes(): number | undefined {
    return this.pid === undefined ? undefined : processUsage(this.pid).rssBytes
  }

  get isAtWork(): boolean {
    return this.#waiting.size > 0
  }

  /** False from the moment on that it is killed. */
  get isAlive(): boolean {
    return this.#reason === undefined && !this.#isEnding
  }

  /** Counts what has come from it. */
  get heard(): number {
    return this.#heard
  }

  /** Of what took it the longest in one piece. */
  get slowestMs(): number | undefined {
    return this.#spec.pace.slowestMs
  }

  ask<Name extends ModelCall['do']>(
    call: Extract<ModelCall, { readonly do: Name }>,
    body: readonly Uint8Array[] = [],
  ): Promise<Asked<Name>> {
    return this.#send(call, body)
  }

  /** The bytes go along with the first call only. */
  askOf<Name extends ImageCall['do']>(
    image: SeenImage,
    call: Extract<ImageCall, { readonly do: Name }>,
  ): Promise<Asked<Name>> {
    const known = this.#images.get(image)
    if (known !== undefined) return this.#send({ ...call, image: known }, [])
    const number = ++this.#ids
    this.#images.set(image, number)
    return this.#send({ ...call, image: number }, [image.bytes])
  }

  forget(image: SeenImage): void {
    const number = this.#images.get(image)
    if (number === undefined || !this.isAlive) return
    this.#images.delete(image)
    sendFrame(this.#stream, { forget: number })
  }

  /** At once, whatever it is doing. */
  kill(reason: string): void {
    this.#reason ??= reason
    this.#child.kill('SIGKILL')
  }

  /** Asks it to end, and makes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true
    if (this.pid !== undefined) endQuietly(this.pid)
    this.#stream.end()
    const end = within(
      this.gone.then(() => true),
      END_MAX_MS,
    )
    if (await end) return
    this.kill('did not end')
    await this.gone
  }

  #send<Name extends CallName>(call: object, body: readonly Uint8Array[]): Promise<Asked<Name>> {
    return new Promise((resolve, reject) => {
      if (this.#reason !== undefined) return reject(new VisionDied(this.#reason))
      const id = ++this.#ids
      this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject })
      sendFrame(this.#stream, { id, call }, body)
    })
  }

  #hear(answer: Answer, body: Buffer): void {
    this.#heard++
    if ('alive' in answer) return
    if ('result' in answer) this.#notePace(answer.result as { ms?: number; latencyMs?: number })
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if ('error' in answer) waiting?.reject(errorOf(answer.error))
    else waiting?.resolve({ result: answer.result, body })
  }

  #notePace({ ms, latencyMs = ms }: { ms?: number; latencyMs?: number }): void {
    const { pace } = this.#spec
    if (latencyMs !== undefined) pace.slowestMs = Math.max(pace.slowestMs ?? 0, latencyMs)
  }

  #bury(how: string, buried: () => void): void {
    this.#reason ??= how
    if (this.#hasBegun && !this.#isEnding) this.#spec.onDeath(this.#reason)
    this.#stream.destroy()
    const left = [...this.#waiting.values()]
    this.#waiting.clear()
    buried()
    for (const { reject } of left) reject(new VisionDied(this.#reason))
  }
}

/** The program comes on stdin. */
const NODE_OPTIONS = [`--max-old-space-size=${HEAP_MAX_MB}`, '--expose-gc', '--input-type=module', '-']

/** Nothing of the worker's own: its settings hold secrets. With two arenas glibc gives decoded images back. */
const ENVIRONMENT = { MALLOC_ARENA_MAX: '2' }
