// Bundles what it is told to and ends: esbuild's own asynchronous way would leave a service in memory for good, and
// its synchronous one would hold up the worker.

import { parentPort, workerData } from 'node:worker_threads'
import { buildSync } from 'esbuild'

parentPort.postMessage(buildSync(workerData).outputFiles[0].text)
