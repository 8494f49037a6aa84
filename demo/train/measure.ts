// Times each candidate with onnxruntime-node on one thread, adds that to its card and prints how the
// candidates compare on the test split: all, the easy and the hard half, and for the light and the
// heavy one how often both, one or none is right. Usage: node --import tsx demo/train/measure.ts

import { writeFile } from 'node:fs/promises'
import { renderScene } from '#demo/scenes/render-scene.ts'
import { CANDIDATE_NAMES, type Candidate, candidateFile, loadCandidate, prepareInput } from './candidate.ts'

const TEST_COUNT = 2400
const WARM_UP_COUNT = 30
const RUN_COUNT = 300
/** Processor name and machine are left out: the numbers are for comparing candidates, not machines. */
const HOW = `onnxruntime-node, one intra-op thread, the session alone, ${RUN_COUNT} runs, development machine (x64)`

async function measureLatency(candidate: Candidate): Promise<{ p50: number; p95: number; how: string }> {
  const { pixels } = renderScene({ split: 'test', index: 0 })
  const input = prepareInput(pixels, candidate.document.contract.input)
  const timesMs: number[] = []
  for (let run = -WARM_UP_COUNT; run < RUN_COUNT; run++) {
    const begunMs = performance.now()
    await candidate.infer(input)
    if (run >= 0) timesMs.push(performance.now() - begunMs)
  }
  timesMs.sort((a, b) => a - b)
  const at = (share: number) => Number(timesMs[Math.floor(share * RUN_COUNT)]!.toFixed(3))
  return { p50: at(0.5), p95: at(0.95), how: HOW }
}

const candidates = await Promise.all(CANDIDATE_NAMES.map(loadCandidate))
for (const candidate of candidates) {
  const { document } = candidate
  document.card.latencyMs = await measureLatency(candidate)
  await writeFile(candidateFile(document.name, 'json'), `${JSON.stringify(document, null, 2)}\n`)
}

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
  return ((100 * scenes.filter(isCounted).length) / scenes.length).toFixed(1)
}
for (const [i, { document }] of candidates.entries()) {
  const isRight = (scene: number) => right[i]![scene]!
  console.log(document.name, {
    all: share(isRight),
    easy: share(isRight, (scene) => !isHard[scene]),
    hard: share(isRight, (scene) => isHard[scene]!),
    params: document.params,
    latencyMs: document.card.latencyMs?.p50,
  })
}
const [light, heavy] = [right[0]!, right.at(-1)!]
console.log('light, heavy', {
  both: share((scene) => light[scene]! && heavy[scene]!),
  onlyHeavy: share((scene) => !light[scene]! && heavy[scene]!),
  onlyLight: share((scene) => light[scene]! && !heavy[scene]!),
  neither: share((scene) => !light[scene]! && !heavy[scene]!),
})
