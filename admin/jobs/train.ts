// Starts a training thread and waits for its router and evaluation.

import { Worker } from 'node:worker_threads'
import type { PairData, TrainOptions, trainRouter } from '#core/train/train-router.ts'

export function trainInThread(
  data: PairData,
  options: TrainOptions,
): Promise<ReturnType<typeof trainRouter>> {
  const thread = new Worker(new URL('./train-thread.ts', import.meta.url), {
    workerData: { data, options },
    execArgv: ['--import', 'tsx'],
  })
  return new Promise((resolve, reject) => {
    thread.once('message', resolve)
    thread.once('error', reject)
    thread.once('exit', (code) => reject(new Error(`the training thread ended with ${code} and no answer`)))
  })
}
