// A challenger of `confidence`: a score after local inference, fitted on the images of the training part only.
// Each says what it costs beyond one local inference, because a gain that is paid for with a second inference is
// another thing than a gain that is free.

import { deferral } from '#core/evaluate/deferral.ts'

export interface Views {
  /** n x 1000 probabilities of the local model: of the image as it is, and of its mirror image. */
  plain: Float32Array
  mirrored: Float32Array
  /** n x 29. */
  features: readonly (readonly number[])[]
  /** 1 where that model was right; read on training rows only. */
  localRight: Uint8Array
  edgeRight: Uint8Array
}

export interface Challenger {
  name: string
  costs: string
  /** Answers with the score of any row; higher goes to the edge first. */
  fit(views: Views, training: readonly number[], random: () => number): (row: number) => number
}

export const CLASSES = 1000

/** The `count` highest probabilities of one row, best first. */
export function bestOf(probabilities: Float32Array, row: number, count: number): Float32Array {
  return probabilities
    .slice(row * CLASSES, (row + 1) * CLASSES)
    .sort()
    .subarray(-count)
    .reverse()
}

export function bestClass(probabilities: Float32Array, row: number): number {
  let best = row * CLASSES
  for (let i = best + 1; i < (row + 1) * CLASSES; i++) if (probabilities[i]! > probabilities[best]!) best = i
  return best - row * CLASSES
}

/** What a setting is chosen by: the DGC of its scores on some rows. */
export function dgcOn(rows: readonly number[], scoreOf: (row: number) => number, views: Views): number {
  return deferral(rows.map(scoreOf), {
    localRight: Uint8Array.from(rows, (row) => views.localRight[row]!),
    edgeRight: Uint8Array.from(rows, (row) => views.edgeRight[row]!),
  }).dgc
}

/** The setting that orders the training rows best. */
export function bestSetting(
  settings: readonly ((row: number) => number)[],
  training: readonly number[],
  views: Views,
): (row: number) => number {
  const found = settings.map((scoreOf) => dgcOn(training, scoreOf, views))
  return settings[found.indexOf(Math.max(...found))]!
}

/** The paper's label: the edge is right where the local model is wrong. */
export function onlyEdgeRight({ localRight, edgeRight }: Views, row: number): 0 | 1 {
  return edgeRight[row] === 1 && localRight[row] === 0 ? 1 : 0
}
