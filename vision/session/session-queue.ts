// The one way into a session: tensors wait in line, and one run takes the next. A run holds up the thread that calls
// it, so a second one at a time would gain nothing. Whoever wants several requests in one run finds them waiting
// here, all for one session. A model with a fixed first dimension takes a batch apart, and a long batch is taken
// apart too, so that the thread comes up for air.

import type { InputTensor, OutputTensor } from './tensor.ts'

/** The first dimension of the model's input: any size, or this one. */
export type BatchSize = 'free' | number

/** At eight images a run costs little more for each than at 64, and others wait an eighth as long. */
const RUN_MAX = 8

export class SessionQueue {
  readonly #run: (input: InputTensor) => Promise<OutputTensor>
  readonly #batch: BatchSize
  #last: Promise<unknown> = Promise.resolve()

  constructor(run: (input: InputTensor) => Promise<OutputTensor>, batch: BatchSize) {
    this.#run = run
    this.#batch = batch
  }

  /** The outputs in the order of the inputs, as one tensor. */
  async run(input: InputTensor): Promise<OutputTensor> {
    const outputs: OutputTensor[] = []
    for (const piece of this.#pieces(input)) {
      const turn = this.#last.then(() => this.#run(piece))
      this.#last = turn.catch(() => undefined)
      outputs.push(await turn)
    }
    return outputs.length === 1 ? outputs[0]! : joined(outputs)
  }

  *#pieces({ data, shape }: InputTensor): Generator<InputTensor> {
    const [count = 1, ...rest] = shape
    const step = this.#batch === 'free' ? RUN_MAX : this.#batch
    const each = data.length / count
    for (let from = 0; from < count; from += step) {
      const to = Math.min(count, from + step)
      yield { data: data.subarray(from * each, to * each), shape: [to - from, ...rest] }
    }
  }
}

function joined(outputs: readonly OutputTensor[]): OutputTensor {
  const data = new Float32Array(outputs.reduce((sum, output) => sum + output.data.length, 0))
  let at = 0
  let count = 0
  for (const output of outputs) {
    data.set(output.data, at)
    at += output.data.length
    count += output.shape[0] ?? 1
  }
  return { data, shape: [count, ...outputs[0]!.shape.slice(1)] }
}
