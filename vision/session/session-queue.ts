// The one way into a session. Tensors wait in line, and one run takes as many of their images as are cheaper together,
// one of each request in turn, so that a long batch holds up nobody. While the thread stands still for a run others
// come, and so batches make themselves; only where somebody says so does a run wait for company. A model with a fixed
// first dimension takes a batch apart, and never two requests at once. A run of several requests that fails is made
// again for each alone: what one has sent is no other's fault. Who has waited here past its deadline is not inferred.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { InferenceLate } from './inference-late.ts'
import type { InputTensor, OutputTensor } from './tensor.ts'

/** The first dimension of the model's input: any size, or this one. */
export type BatchSize = 'free' | number

export interface Batching {
  /** Images in one run, at most; for a model whose first dimension is free. */
  readonly batchMax: number
  /** How long an inference waits for company when nothing runs. */
  readonly waitMaxMs: number
}

/** Runs made, and images that went through them. */
export interface Work {
  readonly runs: number
  readonly images: number
}

interface Request {
  readonly input: InputTensor
  readonly count: number
  /** Only what is alike goes into one tensor. */
  readonly kind: string
  readonly atMs: number
  readonly expiresAtMs: number
  /** Found others before it. */
  readonly hasWaited: boolean
  readonly outputs: OutputTensor[]
  readonly resolve: (output: OutputTensor) => void
  readonly reject: (error: unknown) => void
  taken: number
  given: number
  isOver: boolean
}

/** Some images of a request, as they lie in its tensor. */
interface Part {
  readonly request: Request
  readonly from: number
  to: number
}

export class SessionQueue {
  batching: Batching = { batchMax: 1, waitMaxMs: 0 }
  readonly #run: (input: InputTensor) => Promise<OutputTensor>
  readonly #batch: BatchSize
  #line: Request[] = []
  #isDraining = false
  #isRunning = false
  #noteArrival = () => {}
  #runs = 0
  #images = 0

  constructor(run: (input: InputTensor) => Promise<OutputTensor>, batch: BatchSize) {
    this.#run = run
    this.#batch = batch
  }

  get work(): Work {
    return { runs: this.#runs, images: this.#images }
  }

  /**
   * The outputs in the order of the inputs, as one tensor. Rejects with `InferenceLate` where the deadline (on the
   * clock of `performance.now()`) passes while others have their turn.
   */
  run(input: InputTensor, expiresAtMs = Number.POSITIVE_INFINITY): Promise<OutputTensor> {
    const { data, shape } = input
    const [count = 1, ...rest] = shape
    return new Promise((resolve, reject) => {
      this.#line.push({
        ...{ input, count, expiresAtMs, resolve, reject },
        kind: `${data.constructor.name} ${rest.join()}`,
        atMs: performance.now(),
        hasWaited: this.#isRunning || this.#line.length > 0,
        outputs: [],
        taken: 0,
        given: 0,
        isOver: false,
      })
      this.#noteArrival()
      void this.#drain()
    })
  }

  /** Past the line, and not counted as work: to find out before anybody waits. */
  readonly measure = (input: InputTensor): Promise<OutputTensor> => this.#run(input)

  async #drain(): Promise<void> {
    if (this.#isDraining) return
    this.#isDraining = true
    while (this.#line.length > 0) {
      await this.#gather()
      const parts = this.#take()
      if (parts.length === 0) continue
      this.#isRunning = true
      await this.#runTogether(parts)
      this.#isRunning = false
      // Those who came while the thread stood still are read from the wire now, and belong into the next run.
      if (this.batching.batchMax > 1) await nextTurn()
    }
    this.#isDraining = false
  }

  /** Waits for company, where it may. */
  async #gather(): Promise<void> {
    const { batchMax, waitMaxMs } = this.batching
    if (this.#batch !== 'free' || batchMax === 1 || waitMaxMs === 0) return
    const untilMs = this.#line[0]!.atMs + waitMaxMs
    const waiting = () => this.#line.reduce((sum, { count, taken }) => sum + count - taken, 0)
    for (let leftMs = waitMaxMs; leftMs > 0 && waiting() < batchMax; leftMs = untilMs - performance.now()) {
      let timer: NodeJS.Timeout | undefined
      await new Promise<void>((resolve) => {
        this.#noteArrival = resolve
        timer = setTimeout(resolve, leftMs)
      })
      clearTimeout(timer)
    }
  }

  /** One image of each request in turn; the last one fills what is left. */
  #take(): Part[] {
    const isFree = this.#batch === 'free'
    const size = this.#batch === 'free' ? this.batching.batchMax : this.#batch
    const parts: Part[] = []
    const unlike: Request[] = []
    for (let room = size; room > 0; ) {
      const request = this.#line.shift()
      if (!request) break
      if (request.isOver || this.#isLate(request)) continue
      if (parts.length > 0 && request.kind !== parts[0]!.request.kind) {
        unlike.push(request)
        continue
      }
      const quantum = isFree && this.#line.length > 0 ? 1 : room
      const count = Math.min(quantum, request.count - request.taken)
      const last = parts.at(-1)
      if (last?.request === request) last.to += count
      else parts.push({ request, from: request.taken, to: request.taken + count })
      request.taken += count
      room -= count
      if (request.taken < request.count) this.#line.push(request)
    }
    this.#line.unshift(...unlike)
    return parts
  }

  /** What found the session free is inferred whatever its deadline: it has cost nobody any time. */
  #isLate(request: Request): boolean {
    if (!request.hasWaited || performance.now() <= request.expiresAtMs) return false
    fail(
      request,
      new InferenceLate('Cannot infer image: its deadline has passed while others had their turn'),
    )
    return true
  }

  async #runTogether(parts: readonly Part[]): Promise<void> {
    const input = parts.length === 1 ? piece(parts[0]!) : joinedInput(parts)
    const count = input.shape[0] ?? 1
    try {
      this.#runs++
      this.#images += count
      const output = await this.#run(input)
      if (parts.length === 1) return give(parts[0]!, output)
      if (output.shape[0] !== count)
        throw new RangeError(
          `Cannot run model: output has ${output.shape[0]} rows, expected one for each of ${count} images`,
        )
      for (const { part, rows } of cutRows(parts, output)) give(part, rows)
    } catch (error) {
      if (parts.length === 1) return fail(parts[0]!.request, error)
      for (const part of parts) if (!part.request.isOver) await this.#runTogether([part])
    }
  }
}

function piece({ request, from, to }: Part): InputTensor {
  const { data, shape } = request.input
  const each = data.length / request.count
  return { data: data.subarray(from * each, to * each), shape: [to - from, ...shape.slice(1)] }
}

function joinedInput(parts: readonly Part[]): InputTensor {
  const pieces = parts.map(piece)
  const { data: first, shape } = pieces[0]!
  const length = pieces.reduce((sum, { data }) => sum + data.length, 0)
  const data = first instanceof Uint8Array ? new Uint8Array(length) : new Float32Array(length)
  let at = 0
  for (const { data: some } of pieces) {
    data.set(some, at)
    at += some.length
  }
  const count = pieces.reduce((sum, { shape: [of = 1] }) => sum + of, 0)
  return { data, shape: [count, ...shape.slice(1)] }
}

function cutRows(parts: readonly Part[], { data, shape }: OutputTensor) {
  const [count = 1, ...rest] = shape
  const each = data.length / count
  let at = 0
  return parts.map((part) => {
    const images = part.to - part.from
    const rows = data.slice(at * each, (at + images) * each)
    at += images
    return { part, rows: { data: rows, shape: [images, ...rest] } }
  })
}

/** The last one resolves its request. */
function give({ request, from, to }: Part, output: OutputTensor): void {
  const { outputs, count, resolve } = request
  outputs.push(output)
  request.given += to - from
  if (request.given === count) resolve(outputs.length === 1 ? output : joinedOutput(outputs))
}

function fail(request: Request, error: unknown): void {
  request.isOver = true
  request.reject(error)
}

function joinedOutput(outputs: readonly OutputTensor[]): OutputTensor {
  const data = new Float32Array(outputs.reduce((sum, output) => sum + output.data.length, 0))
  let at = 0
  for (const output of outputs) {
    data.set(output.data, at)
    at += output.data.length
  }
  const count = outputs.reduce((sum, { shape: [rows = 1] }) => sum + rows, 0)
  return { data, shape: [count, ...outputs[0]!.shape.slice(1)] }
}
