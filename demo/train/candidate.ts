// A shipped candidate, loaded to be checked or timed: its document and its ONNX session on one thread.
// The preprocessing here is the contract spelled out in plain loops, on purpose apart from the
// platform's own, so that a test of the models does not lean on what it may be used to test.

import { readFile } from 'node:fs/promises'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { SIDE_PX } from '#demo/scenes/canvas.ts'
import type { CAUSE_NAMES } from '#demo/scenes/causes.ts'

/** What <name>.json says of a model. */
export type CandidateDocument = {
  name: string
  family: string
  contract: {
    input: { name: string; width: number; height: number; mean: number[]; std: number[] }
    output: { name: string; kind: 'logits' }
  }
  params: number
  layers: number
  card: {
    /** What of its family's architecture is there, and what is not. */
    miniature: { keeps: string; leavesOut: string }
    trainedOn: string
    top1: { validation: number; test: number }
    /** Five equal steps from the simplest to the hardest scenes. */
    top1ByDifficulty: number[]
    /** Of the hard half, by the cause that takes the whole difficulty; two may lead a scene. */
    hardTop1ByLeadingCause: Record<(typeof CAUSE_NAMES)[number], number>
    latencyMs?: { p50: number; p95: number; how: string }
    seed: number
    script: string
  }
}

export type Candidate = {
  document: CandidateDocument
  /** The session alone, on an input made by prepareInput(). */
  infer(input: Float32Array): Promise<Float32Array>
  classify(pixels: Uint8Array): Promise<number>
}

export function candidateFile(name: string, ending: 'json' | 'onnx'): URL {
  return new URL(`../models/${name}.${ending}`, import.meta.url)
}

export async function loadCandidate(name: string): Promise<Candidate> {
  const document = JSON.parse(await readFile(candidateFile(name, 'json'), 'utf8')) as CandidateDocument
  const { input, output } = document.contract
  const bytes = await readFile(candidateFile(name, 'onnx'))
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1 })
  const infer = async (values: Float32Array): Promise<Float32Array> => {
    const tensor = new Tensor('float32', values, [1, 3, input.height, input.width])
    const answer = await session.run({ [input.name]: tensor })
    return answer[output.name]!.data as Float32Array
  }
  const classify = async (pixels: Uint8Array) => indexOfMost(await infer(prepareInput(pixels, input)))
  return { document, infer, classify }
}

/** Plain bilinear with half-pixel centres, then (value - mean) / std, channel by channel. */
export function prepareInput(
  pixels: Uint8Array,
  { width, height, mean, std }: CandidateDocument['contract']['input'],
): Float32Array {
  const values = new Float32Array(3 * width * height)
  for (let row = 0; row < height; row++) {
    const [upper, lower, down] = neighbours(row, height)
    for (let column = 0; column < width; column++) {
      const [left, right, across] = neighbours(column, width)
      for (let channel = 0; channel < 3; channel++) {
        const [top, bottom] = [upper * SIDE_PX * 3 + channel, lower * SIDE_PX * 3 + channel]
        const above = pixels[top + left * 3]! * (1 - across) + pixels[top + right * 3]! * across
        const below = pixels[bottom + left * 3]! * (1 - across) + pixels[bottom + right * 3]! * across
        const value = above * (1 - down) + below * down
        values[(channel * height + row) * width + column] = (value - mean[channel]!) / std[channel]!
      }
    }
  }
  return values
}

function neighbours(position: number, count: number): [first: number, second: number, share: number] {
  const source = Math.max(0, ((position + 0.5) * SIDE_PX) / count - 0.5)
  const first = Math.floor(source)
  return [first, Math.min(SIDE_PX - 1, first + 1), source - first]
}

function indexOfMost(values: Float32Array): number {
  let most = 0
  for (let i = 1; i < values.length; i++) if (values[i]! > values[most]!) most = i
  return most
}
