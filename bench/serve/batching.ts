// `node --import tsx bench/serve/batching.ts [turns] [round ms]`: the images a second of a worker's serving half (front
// door, built-in function, vision process) at 16 connections, with one image in a run, with as many as were measured
// to be best at the start, and with eight always. Of each demo model, by turns, as ratios to one image in a run; ends
// with exit code 1 where what was chosen takes more than a tenth more CPU.

import { frontDoorRig } from '#test/workers/front-door/front-door-rig.ts'
import { threadHost } from '#workers/host/thread-host.ts'
import type { VisionOptions } from '#workers/vision/process-vision.ts'
import { httpContender, type Round } from './rig/contender.ts'
import { cpuMsEach, pairwise, spreadOf, takeTurns, throughputOf, told } from './rig/rounds.ts'
import { scenes } from './rig/workload.ts'

const MODELS = ['mobilenet_v1', 'resnet_v1_50', 'inception_v4']
const CONNECTIONS = 16
const RATIO_MAX = 1.1
const [turns = 4, durationMs = 800] = process.argv.slice(2).map(Number)

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

/** The CPU of an image as measured, over that of one in a run: steadier than times where the machine is busy. */
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
  const ratiosOf = (figure: (round: Round) => number) =>
    rounds.map((own) => pairwise(own, rounds[0]!, (a, b) => figure(a) / figure(b)))
  const [faster, dearer] = [ratiosOf(throughputOf), ratiosOf(cpuMsEach)]
  for (const [i, { contender, generation }] of all.entries()) {
    const { images, runs } = await generation.visionUsage()
    const perSecond = told(spreadOf(rounds[i]!.map(throughputOf)), 0)
    console.log(
      `  ${contender.name}: ${perSecond} images/s, ${told(faster[i]!)} of one in a run; CPU an image ` +
        `${told(dearer[i]!)} of it; ${(images / runs).toFixed(2)} images a run`,
    )
    await contender[Symbol.asyncDispose]()
  }
  return dearer[1]!.median
}

let most = 0
for (const name of MODELS) most = Math.max(most, await compare(name))
process.exit(most > RATIO_MAX ? 1 : 0)
