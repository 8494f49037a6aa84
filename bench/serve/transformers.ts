// The product as it is installed (function in its usual host, decisions spooled) against what one would write without
// it: a plain Hono server around the image-classification pipeline of transformers.js. Same ONNX file, same images,
// same preparation, a process each. The competitor runs as the library sets it up and with one intra-op thread as
// here; it is judged by its better figure.

import path from 'node:path'
import type { BenchLine } from '../bench-line.ts'
import { adaptModel } from './peer/adapt-model.ts'
import { installPeer, PEER_VERSION, PEERS } from './peer/install-peer.ts'
import { writePeerModel } from './peer/peer-model.ts'
import { peerServer } from './peer/peer-server.ts'
import { type Contender, httpContender, type Round } from './rig/contender.ts'
import { writeSection } from './rig/results.ts'
import {
  bestConcurrency,
  cpuMsEach,
  type Entry,
  pairwise,
  quantileMs,
  spreadOf,
  takeTurns,
  throughputOf,
  told,
} from './rig/rounds.ts'
import { type ServedModel, servedDevice } from './rig/served-device.ts'
import { loadWorkload, type Workload } from './rig/workload.ts'

/** Twice the competitor's throughput. */
const THROUGHPUT_BAR = 0.5
const P99_BAR = 1
const CONCURRENCIES = [1, 2, 4, 8]
/** Clients at a time where tails are compared: what the front door takes without a queue. */
const CROWD = 8
const TURNS = 7
const ROUND_MS = 3_000
const SCOUT_MS = 1_500
const WARM_UP_MS = 3_000

export async function benchTransformers(): Promise<BenchLine[]> {
  const peer = await installPeer()
  if ('missing' in peer) return skipped(peer.missing)
  const workload = await loadWorkload()
  const adapted = adaptModel(workload.model.file, workload.model.contract, workload.model.labels.length)
  const model: ServedModel = { ...workload.model, ...adapted }
  const models = path.join(PEERS, 'models')
  await writePeerModel(models, model)
  const { images } = workload
  const device = await servedDevice({ model })
  const ours = httpContender(
    'this worker',
    { pid: device.process.pid, url: device.url, path: '/v1/classify', images },
    device,
  )
  const spec = { installed: peer.folder, models, model: model.name }
  const asItIs = await peerServer(spec, images)
  const oneThread = await peerServer({ ...spec, threads: 1 }, images)
  const contenders: Contender[] = [ours, asItIs, oneThread]
  try {
    const agreement = await agreementOf(images, device.url, asItIs.url)
    for (const contender of contenders) await contender.run(CROWD, WARM_UP_MS)
    const best: Entry[] = []
    for (const contender of contenders) best.push(await bestConcurrency(contender, CONCURRENCIES, SCOUT_MS))
    const plan = { turns: TURNS, durationMs: ROUND_MS }
    const full = await takeTurns(best, plan)
    const crowd = await takeTurns(
      contenders.map((contender) => ({ contender, concurrency: CROWD })),
      plan,
    )
    await write(workload, { best, full, crowd, agreement })
    return linesOf(full, crowd)
  } finally {
    for (const contender of contenders) await contender[Symbol.asyncDispose]()
  }
}

const THROUGHPUT = 'serve: transformers.js over throughput'
const P99 = 'serve: p99 over transformers.js'

const skipped = (why: string): BenchLine[] => [
  { name: THROUGHPUT, ratio: Number.NaN, bar: THROUGHPUT_BAR, detail: why },
  { name: P99, ratio: Number.NaN, bar: P99_BAR, detail: why },
]

const p99 = (round: Round) => quantileMs(round, 0.99)

/** Against whichever competitor is better at it. */
function linesOf(full: readonly Round[][], crowd: readonly Round[][]): BenchLine[] {
  const [ours, ...theirs] = full
  const [crowdOurs, ...crowdTheirs] = crowd
  const shares = theirs.map((its) => pairwise(its, ours!, (a, b) => throughputOf(a) / throughputOf(b)))
  const tails = crowdTheirs.map((its) => pairwise(crowdOurs!, its, (a, b) => p99(a) / p99(b)))
  const share = shares.reduce((a, b) => (a.median > b.median ? a : b))
  const tail = tails.reduce((a, b) => (a.median > b.median ? a : b))
  return [
    { name: THROUGHPUT, ratio: share.median, bar: THROUGHPUT_BAR, detail: told(share) },
    { name: P99, ratio: tail.median, bar: P99_BAR, detail: `${told(tail)} with ${CROWD} clients` },
  ]
}

/** The share of the images that both name alike: resizing differs in detail, the network does not. */
async function agreementOf(images: readonly Uint8Array[], ours: string, theirs: string): Promise<number> {
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
  readonly best: readonly Entry[]
  readonly full: readonly Round[][]
  readonly crowd: readonly Round[][]
  readonly agreement: number
}

function write(workload: Workload, { best, full, crowd, agreement }: Measured): Promise<void> {
  const spread = (rounds: readonly Round[], figure: (round: Round) => number) =>
    told(spreadOf(rounds.map(figure)), 1)
  return writeSection({
    title: 'Against transformers.js',
    command: 'npm run bench transformers',
    how:
      `@huggingface/transformers ${PEER_VERSION} behind Hono; ${workload.model.name} with input and output renamed, one file for both; ` +
      `${workload.what}; ${TURNS} turns of ${ROUND_MS / 1_000} s for each, medians (least to most).`,
    rows: [
      [
        '',
        'best concurrency',
        'images/s',
        'CPU ms an image',
        `p50 ms with ${CROWD} clients`,
        `p99 ms with ${CROWD} clients`,
      ],
      ...best.map(({ contender, concurrency }, i) => [
        contender.name,
        concurrency,
        spread(full[i]!, throughputOf),
        spread(full[i]!, cpuMsEach),
        spread(crowd[i]!, (round) => quantileMs(round, 0.5)),
        spread(crowd[i]!, p99),
      ]),
    ],
    notes: [`Both name the same class for ${(agreement * 100).toFixed(1)} % of the images.`],
  })
}
