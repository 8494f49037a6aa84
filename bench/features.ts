// What routing before inference costs a device, as a share of one inference on the same core in the same run: the
// seven run-time features and the score of a forest of 100 trees of depth 4, and all 29 features, as devices compute
// them (with kernels where they run) and in plain JavaScript. An inference is the session alone, without the
// resizing that a real one has before it: the smaller of two denominators, and both are told. Photographs are
// ../shared/data/imagenet's, of both kinds (227x227 and 256 px long), or the demo's scenes where that is not here.
// Rounds take turns, and of each image and of the inference the fastest one counts: what else runs on the machine only
// ever adds, and more to an inference, which is longer than a turn on a busy core.

import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { FEATURE_NAMES, RUNTIME_FEATURES } from '#contract/features.ts'
import { extractFeatures } from '#core/features/extract-features.ts'
import type { FeatureKernels } from '#core/features/feature-kernels.ts'
import { createRandom, randomInteger } from '#core/random.ts'
import { forestScore, type ScaledForest } from '#core/route/forest-score.ts'
import { SIDE_PX } from '#demo/scenes/canvas.ts'
import { renderScene } from '#demo/scenes/render-scene.ts'
import { type DecodedImage, decodeImage } from '#vision/decode.ts'
import { featureKernels } from '#vision/kernels/load-kernels.ts'
import { workingImage } from '#vision/working-image.ts'
import type { BenchLine, BenchOptions } from './bench-line.ts'
import { loadInference } from './inference.ts'
import { spreadOf } from './serve/rig/rounds.ts'

const PHOTOGRAPHS = path.resolve(import.meta.dirname, '../../shared/data/imagenet/images')
/** Of each kind. */
const IMAGES = 24
const ROUNDS = 25
const QUICK_ROUNDS = 5
const PARTS = 5
const INFERENCES_PER_ROUND = 8
const SEVEN_BAR = 0.05
const ALL_BAR = 0.15
const TREES = 100
const DEPTH = 4

export async function benchFeatures({ quick }: BenchOptions): Promise<BenchLine[]> {
  const { images, source } = await workingImages()
  const forest = randomForest()
  await using inference = await loadInference()
  const shipped = featureKernels()
  const seven = (kernels: FeatureKernels | undefined) =>
    images.map(
      (image) => () => void forestScore(forest, extractFeatures(image, RUNTIME_FEATURES, { kernels })),
    )
  const all = (kernels: FeatureKernels | undefined) =>
    images.map((image) => () => void extractFeatures(image, FEATURE_NAMES, { kernels }))
  const ms = await timeInTurns(quick ? QUICK_ROUNDS : ROUNDS, {
    whole: Array(INFERENCES_PER_ROUND).fill(() => inference.run()),
    preparing: Array(INFERENCES_PER_ROUND).fill(() => inference.prepare()),
    seven: seven(shipped),
    all: all(shipped),
    sevenPlain: seven(undefined),
    allPlain: all(undefined),
  })
  const bareMs = ms.whole.all - ms.preparing.all
  const engine = shipped === undefined ? 'JavaScript, for want of WebAssembly SIMD' : 'WebAssembly'
  const line = (name: string, kernel: Timed, plain: Timed, bar: number): BenchLine => ({
    name,
    ratio: kernel.all / bareMs,
    bar,
    spread: spreadOf(kernel.parts.map((own, i) => own / (ms.whole.parts[i]! - ms.preparing.parts[i]!))),
    detail: `${kernel.all.toFixed(3)} ms an image in ${engine}, ${plain.all.toFixed(3)} in JavaScript (${source}); inference ${bareMs.toFixed(2)} ms bare, ${ms.whole.all.toFixed(2)} with preparing (${inference.name}${inference.isReference ? '' : ', for want of the reference model'})`,
  })
  return [
    line('seven features and forest / bare inference', ms.seven, ms.sevenPlain, SEVEN_BAR),
    line('all 29 features / bare inference', ms.all, ms.allPlain, ALL_BAR),
  ]
}

type Job = () => Promise<void> | void

/** Mean milliseconds of the jobs' fastest rounds: of all, and of each part of the rounds, which tells the spread. */
interface Timed {
  readonly all: number
  readonly parts: readonly number[]
}

async function timeInTurns<Name extends string>(
  rounds: number,
  jobs: Record<Name, Job[]>,
): Promise<Record<Name, Timed>> {
  const names = Object.keys(jobs) as Name[]
  const partOf = (round: number) => Math.floor((round * PARTS) / rounds)
  const fastest = new Map<Name, number[][]>(
    names.map((name) => [name, Array.from({ length: PARTS }, () => jobs[name].map(() => Infinity))]),
  )
  // The first rounds only warm up the compilers.
  for (let round = -3; round < rounds; round++)
    for (const name of names)
      for (const [i, job] of jobs[name].entries()) {
        const start = performance.now()
        await job()
        const ms = performance.now() - start
        if (round < 0) continue
        const own = fastest.get(name)![partOf(round)]!
        own[i] = Math.min(own[i]!, ms)
      }
  const timed = (parts: readonly number[][]): Timed => ({
    all: mean(parts[0]!.map((_, i) => Math.min(...parts.map((part) => part[i]!)))),
    parts: parts.map(mean),
  })
  return Object.fromEntries(names.map((name) => [name, timed(fastest.get(name)!)])) as Record<Name, Timed>
}

async function workingImages(): Promise<{ images: DecodedImage[]; source: string }> {
  if (!existsSync(PHOTOGRAPHS)) {
    const scenes = Array.from({ length: IMAGES }, (_, index) => renderScene({ split: 'test', index }).pixels)
    const images = scenes.map((rgb) => ({ rgb, width: SIDE_PX, height: SIDE_PX }))
    return { images, source: `${IMAGES} demo scenes, for want of photographs` }
  }
  const files = (await readdir(PHOTOGRAPHS)).sort()
  const kinds = [
    files.filter((file) => file.startsWith('ILSVRC')),
    files.filter((file) => !file.startsWith('ILSVRC')),
  ]
  const images: DecodedImage[] = []
  for (const kind of kinds)
    for (let i = 0; i < IMAGES; i++) {
      const file = kind[Math.floor((i * kind.length) / IMAGES)]!
      images.push(await workingImage(await decodeImage(await readFile(path.join(PHOTOGRAPHS, file)))))
    }
  return { images, source: `${images.length} photographs` }
}

/** Full trees that ask at random: what a score costs does not depend on what it says. */
function randomForest(): ScaledForest {
  const random = createRandom(100)
  const inner = 2 ** DEPTH - 1
  const nodes = Array.from({ length: 2 * inner + 1 }, (_, node) => node)
  const trees = Array.from({ length: TREES }, () => ({
    feature: nodes.map((node) => (node < inner ? randomInteger(random, RUNTIME_FEATURES.length) : -1)),
    threshold: nodes.map(() => random()),
    left: nodes.map((node) => (node < inner ? 2 * node + 1 : 0)),
    right: nodes.map((node) => (node < inner ? 2 * node + 2 : 0)),
    value: nodes.map(() => random()),
  }))
  const width = RUNTIME_FEATURES.length
  return { scaler: { min: Array(width).fill(0), max: Array(width).fill(100) }, trees }
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
