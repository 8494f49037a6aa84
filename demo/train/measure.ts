// Times each candidate with onnxruntime-node on one thread, adds that to its card and prints what the
// README's table says: size, cost and top-1 on the test split of all, the easy and the hard half; and
// for the lightest and the most accurate how often both, one or none is right.
// Usage: node --import tsx demo/train/measure.ts

import { stat, writeFile } from 'node:fs/promises'
import { renderScene } from '#demo/scenes/render-scene.ts'
import { CANDIDATE_NAMES } from '../candidate-names.ts'
import { type Candidate, candidateFile, loadCandidate, prepareInput } from './candidate.ts'

const TEST_COUNT = 2400
const WARM_UP_COUNT = 30
/** The quietest of so many rounds counts: whatever else runs on the machine only makes a round slower. */
const ROUND_COUNT = 30
const RUN_COUNT = 12
/** Processor name and machine are left out: the numbers are for comparing candidates, not machines. */
const HOW = `onnxruntime-node, one intra-op thread, the session alone, the quietest of ${ROUND_COUNT} rounds of ${RUN_COUNT} runs, development machine (x64)`

async function measureLatency(candidate: Candidate): Promise<{ p50: number; p95: number; how: string }> {
  const { pixels } = renderScene({ split: 'test', index: 0 })
  const input = prepareInput(pixels, candidate.document.contract.input)
  await measureRound(candidate, input, WARM_UP_COUNT)
  let best = { p50: Number.POSITIVE_INFINITY, p95: Number.POSITIVE_INFINITY }
  for (let round = 0; round < ROUND_COUNT; round++) {
    const measured = await measureRound(candidate, input, RUN_COUNT)
    if (measured.p50 < best.p50) best = measured
  }
  return { ...best, how: HOW }
}

async function measureRound(
  { infer }: Candidate,
  input: Float32Array,
  count: number,
): Promise<{ p50: number; p95: number }> {
  const timesMs: number[] = []
  for (let run = 0; run < count; run++) {
    const begunMs = performance.now()
    await infer(input)
    timesMs.push(performance.now() - begunMs)
  }
  timesMs.sort((a, b) => a - b)
  const at = (share: number) => Number(timesMs[Math.floor(share * count)]!.toFixed(3))
  return { p50: at(0.5), p95: at(0.95) }
}

const candidates = await Promise.all(CANDIDATE_NAMES.map(loadCandidate))
for (const candidate of candidates) {
  const { document } = candidate
  document.card.latencyMs = await measureLatency(candidate)
  await writeFile(candidateFile(document.name, 'json'), `${JSON.stringify(document, null, 2)}\n`)
}
const p50Ms = ({ document }: Candidate) => document.card.latencyMs!.p50
candidates.sort((a, b) => p50Ms(a) - p50Ms(b))

const right: boolean[][] = candidates.map(() => [])
const isHard: boolean[] = []
for (let index = 0; index < TEST_COUNT; index++) {
  const scene = renderScene({ split: 'test', index })
  isHard.push(scene.difficulty >= 0.5)
  for (const [i, candidate] of candidates.entries()) {
    right[i]!.push((await candidate.classify(scene.pixels)) === scene.label)
  }
}

const share = (isCounted: (scene: number) => boolean, isIn = (_scene: number) => true): string => {
  const scenes = isHard.map((_, scene) => scene).filter(isIn)
  return `${((100 * scenes.filter(isCounted).length) / scenes.length).toFixed(1)} %`
}
for (const [i, candidate] of candidates.entries()) {
  const { name, contract, params, layers } = candidate.document
  const isRight = (scene: number) => right[i]![scene]!
  const { size } = await stat(candidateFile(name, 'onnx'))
  const cells = [
    `${contract.input.width} px`,
    layers,
    params.toLocaleString('en').replaceAll(',', ' '),
    `${(size / 1e6).toFixed(2)} MB`,
    share(isRight),
    share(isRight, (scene) => !isHard[scene]),
    share(isRight, (scene) => isHard[scene]!),
    `${p50Ms(candidate).toFixed(3)} ms`,
  ]
  console.log(`| ${[name, ...cells].join(' | ')} |`)
}
const promised = candidates.map(({ document }) => document.card.top1.test)
const best = promised.indexOf(Math.max(...promised))
const [light, heavy] = [right[0]!, right[best]!]
console.log(candidates[0]!.document.name, candidates[best]!.document.name, {
  both: share((scene) => light[scene]! && heavy[scene]!),
  onlyHeavy: share((scene) => !light[scene]! && heavy[scene]!),
  onlyLight: share((scene) => light[scene]! && !heavy[scene]!),
  neither: share((scene) => !light[scene]! && !heavy[scene]!),
})
