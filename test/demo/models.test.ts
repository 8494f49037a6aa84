// The shipped candidates keep the promise of their cards on this machine's ONNX Runtime, and are what
// the demo needs: a wide spread of cost and accuracy, and failures that follow the scene's difficulty.

import { readFile, stat } from 'node:fs/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { CANDIDATE_NAMES } from '#demo/candidate-names.ts'
import { CAUSE_NAMES } from '#demo/scenes/causes.ts'
import { SCENE_CLASSES } from '#demo/scenes/classes.ts'
import { renderScene } from '#demo/scenes/render-scene.ts'
import {
  type Candidate,
  type CandidateDocument,
  candidateFile,
  loadCandidate,
} from '#demo/train/candidate.ts'

/** Five blocks of all classes: some 0.15 s of the heaviest candidate. */
const SCENE_COUNT = 120

let documents: CandidateDocument[]
let light: CandidateDocument
let best: CandidateDocument
beforeAll(async () => {
  documents = await Promise.all(
    CANDIDATE_NAMES.map(async (name) => JSON.parse(await readFile(candidateFile(name, 'json'), 'utf8'))),
  )
  light = documents.reduce((a, b) => (p50Ms(b) < p50Ms(a) ? b : a))
  best = documents.reduce((a, b) => (top1(b) > top1(a) ? b : a))
})

const p50Ms = ({ card }: CandidateDocument) => card.latencyMs!.p50
const top1 = ({ card }: CandidateDocument) => card.top1.test
const halves = (isRight: readonly boolean[], isHard: readonly boolean[]) => {
  const share = (of: readonly boolean[]) => of.filter(Boolean).length / of.length
  return {
    all: share(isRight),
    easy: share(isRight.filter((_, scene) => !isHard[scene])),
    hard: share(isRight.filter((_, scene) => isHard[scene])),
  }
}

describe('the shipped candidates', () => {
  test('are the twelve families, each with its own name, contract and labels', async () => {
    expect(CANDIDATE_NAMES).toHaveLength(12)
    expect(documents.map(({ name }) => name)).toEqual([...CANDIDATE_NAMES])
    const classes = await readFile(new URL('../../demo/models/classes.txt', import.meta.url), 'utf8')
    expect(classes.trimEnd().split('\n')).toEqual([...SCENE_CLASSES])
  })

  test('together weigh less than 25 MB', async () => {
    const files = await Promise.all(CANDIDATE_NAMES.map((name) => stat(candidateFile(name, 'onnx'))))
    expect(files.reduce((sum, file) => sum + file.size, 0)).toBeLessThan(25_000_000)
  })

  test('span ten times the cost and 20 points of top-1', () => {
    const costsMs = documents.map(p50Ms)
    expect(Math.max(...costsMs)).toBeGreaterThan(10 * Math.min(...costsMs))
    const accuracies = documents.map(top1)
    expect(Math.max(...accuracies) - Math.min(...accuracies)).toBeGreaterThan(0.2)
    expect(top1(best) - top1(light)).toBeGreaterThan(0.2)
  })

  test.each(['resnet_v1', 'resnet_v2'])(
    'of %s grow in layers, parameters and cost with their depth',
    (family) => {
      const [d50, d101, d152] = ['50', '101', '152'].map(
        (depth) => documents.find(({ name }) => name === `${family}_${depth}`)!,
      )
      for (const [less, more] of [
        [d50!, d101!],
        [d101!, d152!],
      ] as const) {
        expect(more.layers).toBeGreaterThan(less.layers)
        expect(more.params).toBeGreaterThan(less.params)
        expect(p50Ms(more)).toBeGreaterThan(p50Ms(less))
      }
    },
  )

  test('fail more from step to step of difficulty, for every cause that leads', () => {
    for (const { name, card } of documents) {
      // Of some 480 scenes a step: where both are near 1, one more may be right by luck.
      for (const [step, right] of card.top1ByDifficulty.slice(1).entries())
        expect(right, name).toBeLessThan(card.top1ByDifficulty[step]! + 0.01)
      for (const cause of CAUSE_NAMES)
        expect(card.hardTop1ByLeadingCause[cause], `${name}, ${cause}`).toBeLessThan(
          card.top1ByDifficulty[0]!,
        )
    }
    expect(light.card.top1ByDifficulty[0]! - light.card.top1ByDifficulty.at(-1)!).toBeGreaterThan(0.4)
  })
})

describe('on this machine', () => {
  const scored = new Map<string, { candidate: Candidate } & ReturnType<typeof halves>>()
  beforeAll(async () => {
    const scenes = Array.from({ length: SCENE_COUNT }, (_, index) => renderScene({ split: 'test', index }))
    const isHard = scenes.map(({ difficulty }) => difficulty >= 0.5)
    for (const name of CANDIDATE_NAMES) {
      const candidate = await loadCandidate(name)
      const isRight: boolean[] = []
      for (const { pixels, label } of scenes) isRight.push((await candidate.classify(pixels)) === label)
      scored.set(name, { candidate, ...halves(isRight, isHard) })
    }
  })

  test.each(CANDIDATE_NAMES)('%s is as right as its card says, within four standard errors', (name) => {
    const { candidate, all, easy } = scored.get(name)!
    const promised = candidate.document.card.top1.test
    const error = Math.sqrt((promised * (1 - promised)) / SCENE_COUNT)
    expect(Math.abs(all - promised)).toBeLessThan(4 * error)
    expect(easy).toBeGreaterThan(0.8)
  })

  test('the light one fails on many hard scenes, the best one on fewer', () => {
    const [lighter, better] = [scored.get(light.name)!, scored.get(best.name)!]
    expect(lighter.hard).toBeLessThan(lighter.easy - 0.2)
    expect(better.hard).toBeGreaterThan(lighter.hard + 0.1)
  })
})
