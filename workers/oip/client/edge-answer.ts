// From a stranger's answer to ranked classes: scores as the contract reads them (softmax or logits), or strings of
// the classification extension, which also name the classes. What the contract does not allow is refused, since a
// wrong label that looks right is worse than none.

import type { RankedClass } from '#contract/classify.ts'
import type { ModelContract } from '#contract/model.ts'
import { InferResponse } from '#contract/oip/infer.ts'
import { topClasses } from '#core/preprocess/top-classes.ts'
import { EdgeRefused } from '../../serve/offload/edge-client.ts'
import { OipRefused } from '../oip-refused.ts'
import { type ClassString, parseClassString } from '../tensor/class-strings.ts'
import { readTensors, unframe } from '../tensor/framed-message.ts'
import type { OipTensor } from '../tensor/oip-tensor.ts'

export interface ReadAnswer {
  readonly model: string | undefined
  readonly output: OipTensor
}

export function readAnswer(body: Uint8Array, headerLength: string | undefined, output: string): ReadAnswer {
  try {
    const { json, binary } = unframe(body, headerLength)
    const response = InferResponse.parse(json)
    const tensor = readTensors(response.outputs, binary, { bytesAs: 'utf8' }).find((t) => t.name === output)
    if (!tensor) throw new OipRefused('invalid', `Cannot read answer: has no output "${output}"`)
    return { model: response.model_name ?? undefined, output: tensor }
  } catch (cause) {
    if (cause instanceof EdgeRefused) throw cause
    throw garbage('is no answer of the protocol', cause)
  }
}

/** Rounding of other engines, in half precision as well. */
const PROBABILITY_SLACK = 1e-2

export function rankScores(
  scores: Float32Array,
  { output }: ModelContract,
  topK: number,
  nameOf: (index: number) => string,
): RankedClass[] {
  const isWrong = (p: number) =>
    !Number.isFinite(p) ||
    (output.kind === 'softmax' && (p < -PROBABILITY_SLACK || p > 1 + PROBABILITY_SLACK))
  if (scores.length < 2 || scores.some(isWrong))
    throw garbage(`has scores that are no ${output.kind} of two classes or more`)
  return topClasses(scores, output.kind, topK).map(({ class: index, p }) => ({
    index,
    name: nameOf(index),
    score: p,
  }))
}

export function readClassStrings(elements: readonly Uint8Array[]): ClassString[] {
  const classes = elements.map(parseClassString)
  if (classes.length === 0 || classes.includes(undefined))
    throw garbage('has strings that are not "score:index:label"')
  return (classes as ClassString[]).sort((a, b) => b.score - a.score || a.index - b.index)
}

/** All classes, in the order of their indices; undefined where some are missing. */
export function allScores(classes: readonly ClassString[], count: number): Float32Array | undefined {
  // Before memory is taken for as many as a stranger's metadata says.
  if (classes.length < count) return undefined
  const scores = new Float32Array(count).fill(Number.NaN)
  for (const { index, score } of classes) if (index < count) scores[index] = score
  return scores.some(Number.isNaN) ? undefined : scores
}

function garbage(what: string, cause?: unknown): EdgeRefused {
  return new EdgeRefused('failed', `the edge's answer ${what}`, { cause })
}
