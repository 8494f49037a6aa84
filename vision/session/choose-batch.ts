// How many images to put into one run: measured on the device and with the model that will serve, since it depends on
// both. On one x64 core a run of eight takes a small MobileNet 0.010 ms an image instead of 0.027, and a ResNet or an
// Inception as long an image as a run of one. Twice as many are tried as long as they make each image a good deal
// cheaper, so a model that gains nothing does not fill the memory with large runs. Two pictures by turns also show
// whether an image's row is its own: a model that mixes images, or gives them no row each, is run with one.

import type { InputTensor, OutputTensor } from './tensor.ts'

export interface BatchFigure {
  readonly images: number
  readonly msAnImage: number
}

export interface BatchChoice {
  readonly batchMax: number
  /** None where nothing was measured: the size is given, or the first dimension is fixed. */
  readonly measured: readonly BatchFigure[]
}

/** Of one image. */
export interface ImageShape {
  readonly dtype: 'float32' | 'uint8'
  readonly dimensions: readonly number[]
}

/** A front door lets eight images in at a time. */
const IMAGES_MAX = 8
/** Who is in a run of eight waits for all of them: less is not worth it. */
const GAIN_MIN = 0.1
/** The fastest of so many: what else the machine does only ever makes a run slower. */
const ROUNDS = 10
/** On a machine so busy that there is no time for three, nothing is known. */
const ROUNDS_MIN = 3
/** Of a start, at which somebody may wait. A model that takes longer for two images than this is run with one. */
const BUDGET_MS = 200
/** Of the largest score: sums are made in another order in a larger run. */
const TOLERANCE = 1e-3

/** One image, without figures, for a model that does not run on noise: its check at the start says why. */
export async function chooseBatch(
  run: (input: InputTensor) => Promise<OutputTensor>,
  shape: ImageShape,
  budgetMs = BUDGET_MS,
): Promise<BatchChoice> {
  const untilMs = performance.now() + budgetMs
  const timed = async (images: number, first = 0): Promise<Timed> => {
    const input = inputOf(shape, images, first)
    const startMs = performance.now()
    const output = await run(input)
    return { output, images, msAnImage: (performance.now() - startMs) / images }
  }
  try {
    return await climb(timed, untilMs)
  } catch {
    return { batchMax: 1, measured: [] }
  }
}

interface Timed extends BatchFigure {
  readonly output: OutputTensor
}

type Time = (images: number, first?: number) => Promise<Timed>

async function climb(timed: Time, untilMs: number): Promise<BatchChoice> {
  const cold = await timed(1)
  let best: BatchFigure = { images: 1, msAnImage: cold.msAnImage }
  if (performance.now() + cold.msAnImage * 4 > untilMs) return { batchMax: 1, measured: [best] }
  const alone = [cold.output, (await timed(1, 1)).output]
  const measured: BatchFigure[] = []
  for (let images = 2; images <= IMAGES_MAX; images *= 2) {
    const compared = await compare(timed, { few: best, images, alone, untilMs })
    measured.push(compared.few)
    best = compared.few
    if (!compared.many) break
    if (compared.many.msAnImage > best.msAnImage * (1 - GAIN_MIN)) {
      measured.push(compared.many)
      break
    }
    best = compared.many
    if (images === IMAGES_MAX) measured.push(best)
  }
  return { batchMax: best.images, measured }
}

interface Comparison {
  readonly few: BatchFigure
  readonly images: number
  readonly alone: readonly OutputTensor[]
  readonly untilMs: number
}

/** By turns. `many` is absent where the time is over, and where the model does not take so many images as its own. */
async function compare(
  timed: Time,
  { few, images, alone, untilMs }: Comparison,
): Promise<{ few: BatchFigure; many?: BatchFigure }> {
  let [fewMs, manyMs, round] = [few.msAnImage, Number.POSITIVE_INFINITY, 0]
  for (; round < ROUNDS; round++) {
    const neededMs = images * Math.min(fewMs, manyMs) + few.images * fewMs
    if (performance.now() + neededMs > untilMs) break
    const many = await timed(images).catch(() => undefined)
    if (!many || !isRowByRow(many.output, alone, images)) return { few }
    manyMs = Math.min(manyMs, many.msAnImage)
    fewMs = Math.min(fewMs, (await timed(few.images)).msAnImage)
  }
  const compared = { images: few.images, msAnImage: fewMs }
  if (round < ROUNDS_MIN) return { few: compared }
  return { few: compared, many: { images, msAnImage: manyMs } }
}

/** Two pictures of noise by turns, from the given one on. */
function inputOf({ dtype, dimensions }: ImageShape, images: number, first = 0): InputTensor {
  const each = dimensions.reduce((product, size) => product * size, 1)
  const data = dtype === 'uint8' ? new Uint8Array(each * images) : new Float32Array(each * images)
  for (let image = 0; image < images; image++) {
    let state = 1 + ((first + image) % 2)
    for (let i = 0; i < each; i++) {
      // Lehmer's generator with the modulus 2^31 - 1.
      state = (state * 48_271) % 2_147_483_647
      data[image * each + i] = dtype === 'uint8' ? state % 256 : (state / 2_147_483_647) * 2 - 1
    }
  }
  return { data, shape: [images, ...dimensions] }
}

function isRowByRow({ data, shape }: OutputTensor, alone: readonly OutputTensor[], images: number): boolean {
  const each = alone[0]!.data.length
  if (shape[0] !== images || data.length !== each * images) return false
  const largest = alone
    .flatMap((output) => [...output.data])
    .reduce((most, x) => Math.max(most, Math.abs(x)), 0)
  return data.every((x, i) => {
    const own = alone[Math.floor(i / each) % 2]!.data[i % each]!
    return Object.is(x, own) || Math.abs(x - own) <= TOLERANCE * largest
  })
}
