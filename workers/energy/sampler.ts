// Reads files again and again in a thread of its own. ONNX Runtime computes on the thread that calls it, so a timer
// there would only fire between inferences, and the trace would show what the device draws while it does not
// compute. Values stay text: what they mean is the meter's business.

import { Worker } from 'node:worker_threads'
import { MeterFailed } from './energy-meter.ts'

export type SampledValue = { readonly text: string } | { readonly code: string }

export interface Sample {
  /** Seconds of the monotonic clock. */
  readonly atS: number
  /** One for each file. */
  readonly values: readonly SampledValue[]
}

export interface Sampler extends AsyncDisposable {
  stop(): Promise<readonly Sample[]>
}

/** Comes back when the first sample is taken. */
export async function startSampler(files: readonly string[], intervalMs: number): Promise<Sampler> {
  const worker = new Worker(new URL('./sampler-thread.mjs', import.meta.url), {
    workerData: { files, intervalMs },
    execArgv: [],
    env: {},
    // A trace of hours fits; the samples are all that it holds.
    resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 },
  })
  let failure: unknown
  const ended = new Promise<void>((resolve) => {
    worker.once('error', (error) => {
      failure = error
    })
    worker.once('exit', () => resolve())
  })
  const message = async <T>(): Promise<T> => {
    const said = new Promise<T>((resolve) => worker.once('message', resolve))
    const gone = ended.then((): never => {
      throw new MeterFailed('Cannot sample a meter: its thread ended', { cause: failure })
    })
    return Promise.race([said, gone])
  }
  await message()
  return {
    async stop() {
      const samples = message<readonly Sample[]>()
      worker.postMessage('stop')
      return samples
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate()
    },
  }
}
