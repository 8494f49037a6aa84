// Runs inside the worker thread of sampler.ts: reads the files at once, then every interval, and once more when it
// is told to stop. Plain JavaScript, since a worker thread does not inherit the loader that reads TypeScript.

import { readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'

const { files, intervalMs } = workerData
const samples = []

/** One clock for all threads of a process, that nobody sets. */
const nowS = () => Number(process.hrtime.bigint()) / 1e9

function readOne(file) {
  try {
    return { text: readFileSync(file, 'utf8').trim() }
  } catch (error) {
    return { code: error.code ?? error.name }
  }
}

function sample() {
  const before = nowS()
  const values = files.map(readOne)
  // The bus may take a millisecond: the value is as old as the middle of the reading.
  samples.push({ atS: (before + nowS()) / 2, values })
}

sample()
const timer = setInterval(sample, intervalMs)
parentPort.once('message', () => {
  clearInterval(timer)
  sample()
  parentPort.postMessage(samples)
  parentPort.close()
})
parentPort.postMessage('sampling')
