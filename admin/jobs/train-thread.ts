// Runs one training beside the event loop: seconds of arithmetic must not hold up a manifest poll.

import { parentPort, workerData } from 'node:worker_threads'
import { type PairData, type TrainOptions, trainRouter } from '#core/train/train-router.ts'

const { data, options } = workerData as { data: PairData; options: TrainOptions }
parentPort!.postMessage(trainRouter(data, options))
