// The product as it is installed (function in its usual host, decisions spooled) against what one would write without
// it: a plain Hono server around the image-classification pipeline of transformers.js. Same ONNX file, same images,
// same preparation, a process each. The competitor runs as the library sets it up and with one intra-op thread as
// here; it is judged by its better figure.

import path from 'node:path'
import type { BenchLine, BenchOptions } from '../bench-line.ts'
import { bareLoop } from './bare/bare-loop.ts'
import { adaptModel } from './peer/adapt-model.ts'
import {
  type Compared,
  comparedLines,
  comparedRows,
  comparePlan,
  compareServers,
  type JudgedAs,
  skippedLines,
} from './peer/compare-servers.ts'
import { installPeer, PEER_VERSION, PEERS } from './peer/install-peer.ts'
import { writePeerModel } from './peer/peer-model.ts'
import { peerServer } from './peer/peer-server.ts'
import { httpContender } from './rig/contender.ts'
import { writeSection } from './rig/results.ts'
import { type ServedModel, servedDevice } from './rig/served-device.ts'
import { loadWorkload, type Workload } from './rig/workload.ts'

const JUDGED: JudgedAs = {
  // Twice the competitor's throughput.
  throughput: { name: 'serve: transformers.js over throughput', bar: 0.5 },
  p99: { name: 'serve: p99 over transformers.js', bar: 1 },
}

export async function benchTransformers({ quick }: BenchOptions): Promise<BenchLine[]> {
  const peer = await installPeer()
  if ('missing' in peer) return skippedLines(JUDGED, peer.missing)
  const workload = await loadWorkload()
  const adapted = adaptModel(workload.model.file, workload.model.contract, workload.model.labels.length)
  const model: ServedModel = { ...workload.model, ...adapted }
  const models = path.join(PEERS, 'models')
  await writePeerModel(models, model)
  const { images } = workload
  const device = await servedDevice({ model })
  const target = { pid: device.process.pid, url: device.url, path: '/v1/classify', images }
  const ours = httpContender('this worker', target, device)
  const spec = { installed: peer.folder, models, model: model.name }
  const asItIs = await peerServer(spec, images)
  const oneThread = await peerServer({ ...spec, threads: 1 }, images)
  const bare = await bareLoop(workload)
  const servers = [ours, asItIs, oneThread]
  try {
    const agreement = await agreementOf(images, device.url, asItIs.url)
    const plan = comparePlan(quick)
    const compared = await compareServers(servers, plan, bare)
    await write(workload, { compared, agreement, how: `${plan.turns} turns of ${plan.durationMs / 1_000} s` })
    return comparedLines(compared, JUDGED)
  } finally {
    for (const contender of [...servers, bare]) await contender[Symbol.asyncDispose]()
  }
}

/** The share of the images that both name alike: resizing differs in detail, the network does not. */
export async function agreementOf(
  images: readonly Uint8Array[],
  ours: string,
  theirs: string,
): Promise<number> {
  const ask = async (url: string, body: Uint8Array) => (await fetch(url, { method: 'POST', body })).json()
  let same = 0
  for (const image of images) {
    const answer = (await ask(`${ours}/v1/classify`, image)) as { labels: { name: string }[] }
    const other = (await ask(`${theirs}/classify`, image)) as { label: string }[]
    if (answer.labels[0]?.name === other[0]?.label) same++
  }
  return same / images.length
}

interface Measured {
  readonly compared: Compared
  readonly agreement: number
  readonly how: string
}

function write(workload: Workload, { compared, agreement, how }: Measured): Promise<void> {
  return writeSection({
    title: 'Against transformers.js',
    command: 'npm run bench transformers',
    how:
      `@huggingface/transformers ${PEER_VERSION} behind Hono; ${workload.model.name} with input and output renamed, one file for both; ` +
      `${workload.what}; ${how} for each, medians (least to most).`,
    rows: comparedRows(compared),
    notes: [`Both name the same class for ${(agreement * 100).toFixed(1)} % of the images.`],
  })
}
