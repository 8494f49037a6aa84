// What bench/imagenet/measure.ts has kept, as the arrays that evaluations compute on.

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { PRESETS } from '#admin/client/zoo/presets.ts'
import { assumedUploadCost } from '#admin/jobs/upload-cost.ts'
import type { PairCosts } from '#contract/results/evaluation.ts'
import { modelEnergyJ } from '#core/profile/energy-model.ts'
import type { PairData } from '#core/train/pair-data.ts'

export const CLASSES = 1000
export const MEASURED = path.resolve(import.meta.dirname, '../../.tandem/bench/imagenet')

export interface MeasuredImages {
  labels: number[]
  origins: string[]
  features: number[][]
  pixelDigests: string[]
  /** To compute the seven features of serving. */
  sevenMs: number[]
  bytes: number[]
}

export interface MeasuredModel {
  latenciesMs: number[]
  /** n x 1000 probabilities of the image as it is. */
  plain: Float32Array
  /** The same of its mirror image. */
  flipped: Float32Array
}

/** Of the preset by which they are measured; told with the answers, since those of another filter differ. */
export const RESIZE = PRESETS['tf-slim-inception'].resize

/** False also for answers of an earlier build, which used another filter. */
export async function hasModel(name: string): Promise<boolean> {
  if (!existsSync(path.join(MEASURED, `${name}.flipped.f32`))) return false
  const told = JSON.parse(await readFile(path.join(MEASURED, `${name}.json`), 'utf8'))
  return told.resize === RESIZE
}
export const isMeasured = (): Promise<boolean> => hasModel('mobilenet_v2')

/** False also for those of an earlier build, which had timed something else. */
export const hasImages = async (): Promise<boolean> =>
  existsSync(path.join(MEASURED, 'images.json')) && 'sevenMs' in (await measuredImages())

export async function measuredImages(): Promise<MeasuredImages> {
  return JSON.parse(await readFile(path.join(MEASURED, 'images.json'), 'utf8'))
}

export async function measuredModel(name: string): Promise<MeasuredModel> {
  const floats = async (view: string) => {
    const bytes = await readFile(path.join(MEASURED, `${name}.${view}.f32`))
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
  }
  const { latenciesMs } = JSON.parse(await readFile(path.join(MEASURED, `${name}.json`), 'utf8'))
  return { latenciesMs, plain: await floats('plain'), flipped: await floats('flipped') }
}

/** Class of the highest probability, by row. */
export function bestClasses(probabilities: Float32Array): Int32Array {
  return Int32Array.from({ length: probabilities.length / CLASSES }, (_, row) => {
    let best = row * CLASSES
    for (let i = best + 1; i < (row + 1) * CLASSES; i++)
      if (probabilities[i]! > probabilities[best]!) best = i
    return best - row * CLASSES
  })
}

export function rightOf(probabilities: Float32Array, labels: readonly number[]): Uint8Array {
  return Uint8Array.from(bestClasses(probabilities), (best, row) => (best === labels[row] ? 1 : 0))
}

/** The five highest probabilities of each row, best first. */
export function bestFive(probabilities: Float32Array): number[][] {
  return Array.from({ length: probabilities.length / CLASSES }, (_, row) =>
    Array.from(
      probabilities
        .subarray(row * CLASSES, (row + 1) * CLASSES)
        .toSorted()
        .subarray(-5)
        .reverse(),
    ),
  )
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length

export async function measuredPair(local: string, edge: string): Promise<PairData> {
  const images = await measuredImages()
  const [light, heavy] = [await measuredModel(local), await measuredModel(edge)]
  return {
    features: images.features,
    localRight: rightOf(light.plain, images.labels),
    edgeRight: rightOf(heavy.plain, images.labels),
    localTop: bestFive(light.plain),
    pixelDigests: images.pixelDigests,
    costs: costsOf(images, light, heavy),
  }
}

/** Times are medians on the measuring machine; the watts are those that the paper's figures imply. */
function costsOf(images: MeasuredImages, light: MeasuredModel, heavy: MeasuredModel): PairCosts {
  const [featuresMs, localMs, edgeMs] = [images.sevenMs, light.latenciesMs, heavy.latenciesMs].map(
    median,
  ) as [number, number, number]
  return {
    featuresMs,
    featuresJ: modelEnergyJ(0.94, featuresMs),
    localMs,
    localJ: modelEnergyJ(0.94, localMs),
    edgeMs,
    edgeJ: modelEnergyJ(7.8, edgeMs),
    ...assumedUploadCost(mean(images.bytes)),
  }
}
