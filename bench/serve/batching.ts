// `node --import tsx bench/serve/batching.ts [turns] [round ms]`: the images a second of a worker's serving half (front
// door, built-in function, vision process) at 16 connections, with one image in a run, with as many as were measured
// to be best at the start, and with eight always. Of each demo model, by turns, as ratios to one image in a run; ends
// with exit code 1 where what was chosen is slower by more than a tenth.

import { frontDoorRig } from '#test/workers/front-door/front-door-rig.ts'
import { threadHost } from '#workers/host/thread-host.ts'
import type { VisionOptions } from '#workers/vision/process-vision.ts'
import { httpContender } from './rig/contender.ts'
import { pairwise, spreadOf, takeTurns, throughputOf, told } from './rig/rounds.ts'
import { scenes } from './rig/workload.ts'

const MODELS = ['mobilenet_v1', 'resnet_v1_50', 'inception_v4']
const CONNECTIONS = 16
const RATIO_MIN = 0.9
const [turns = 5, durationMs = 1_000] = process.argv.slice(2).map(Number)

const BATCHINGS: Record<string, NonNullable<VisionOptions['batching']>> = {
  'one in a run': { batchMax: 1 },
  'as measured': { batchMax: 'measured' },
  'eight in a run': { batchMax: 8 },
}

type Workload = Awaited<ReturnType<typeof scenes>>

/** A worker's serving half and its clients; the batching is measured as it is installed. */
async function served(what: string, batching: VisionOptions['batching'], { model, images }: Workload) {
  const vision = batching === undefined ? {} : { batching }
  const rig = await frontDoorRig({
    host: threadHost(),
    logLevel: 'warn',
    generation: { isInline: true, vision },
  })
  await rig.install({ model })
  const target = { pid: process.pid, url: rig.url, path: '/v1/classify', images }
  return { contender: httpContender(what, target, rig), generation: rig.generations.serving! }
}

/** How much faster or slower it is as measured. */
async function compare(name: string): Promise<number> {
  const workload = await scenes(96, name)
  const all = []
  for (const [what, batching] of Object.entries(BATCHINGS)) all.push(await served(what, batching, workload))
  const entries = all.map(({ contender }) => ({ contender, concurrency: CONNECTIONS }))
  await takeTurns(entries, { turns: 1, durationMs })
  const rounds = await takeTurns(entries, { turns, durationMs })
  const { measured, batchMax } = all[1]!.generation.health.vision.batch
  const figures = measured.map(({ images, msAnImage }) => `${msAnImage.toFixed(3)} ms at ${images}`)
  console.log(`${name}: ${batchMax} in a run, by ${figures.join(', ')} an image`)
  const ratios = rounds.map((own) => pairwise(own, rounds[0]!, (a, b) => throughputOf(a) / throughputOf(b)))
  for (const [i, { contender, generation }] of all.entries()) {
    const { images, runs } = await generation.visionUsage()
    const perSecond = told(spreadOf(rounds[i]!.map(throughputOf)), 0)
    const ofOne = told(ratios[i]!)
    console.log(
      `  ${contender.name}: ${perSecond} images/s, ${ofOne} of one in a run, ${(images / runs).toFixed(2)} images a run`,
    )
    await contender[Symbol.asyncDispose]()
  }
  return ratios[1]!.median
}

let least = Number.POSITIVE_INFINITY
for (const name of MODELS) least = Math.min(least, await compare(name))
process.exit(least < RATIO_MIN ? 1 : 0)
