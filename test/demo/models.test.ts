// The shipped candidates keep the promise of their cards on this machine's ONNX Runtime, and are what
// the demo needs: one light, right where it is simple; each next one costlier and better where not.

import { readFile, stat } from 'node:fs/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { SCENE_CLASSES } from '#demo/scenes/classes.ts'
import { renderScene } from '#demo/scenes/render-scene.ts'
import { CANDIDATE_NAMES, type Candidate, candidateFile, loadCandidate } from '#demo/train/candidate.ts'

const SCENE_COUNT = 156

type Scored = { candidate: Candidate; easy: number; hard: number; all: number }

describe('the shipped candidates', () => {
  let scored: Scored[]
  beforeAll(async () => {
    const scenes = Array.from({ length: SCENE_COUNT }, (_, index) => renderScene({ split: 'test', index }))
    const isHard = scenes.map((scene) => scene.difficulty >= 0.5)
    scored = []
    for (const name of CANDIDATE_NAMES) {
      const candidate = await loadCandidate(name)
      const isRight: boolean[] = []
      for (const { pixels, label } of scenes) isRight.push((await candidate.classify(pixels)) === label)
      const top1 = (isIn: (scene: number) => boolean) => {
        const chosen = isRight.filter((_, scene) => isIn(scene))
        return chosen.filter(Boolean).length / chosen.length
      }
      scored.push({
        candidate,
        easy: top1((scene) => !isHard[scene]),
        hard: top1((scene) => isHard[scene]!),
        all: top1(() => true),
      })
    }
  })

  test('are as right as their cards say, within four standard errors', () => {
    for (const { candidate, all } of scored) {
      const promised = candidate.document.card.top1.test
      const error = Math.sqrt((promised * (1 - promised)) / SCENE_COUNT)
      expect(Math.abs(all - promised), candidate.document.name).toBeLessThan(4 * error)
    }
  })

  test('are right on simple scenes, and the light one fails on many hard ones', () => {
    for (const { easy } of scored) expect(easy).toBeGreaterThan(0.85)
    const [light, heavy] = [scored[0]!, scored.at(-1)!]
    expect(light.hard).toBeLessThan(light.easy - 0.2)
    expect(heavy.hard).toBeGreaterThan(light.hard + 0.1)
  })

  test('cost more as they are more often right', () => {
    for (const [before, after] of [scored.slice(0, 2), scored.slice(1)] as [Scored, Scored][]) {
      const [less, more] = [before.candidate.document, after.candidate.document]
      expect(more.params).toBeGreaterThan(less.params)
      expect(more.card.top1.test).toBeGreaterThan(less.card.top1.test)
      expect(more.card.latencyMs!.p50).toBeGreaterThan(2 * less.card.latencyMs!.p50)
    }
  })

  test('name the classes that the scenes have, and weigh little', async () => {
    const classes = await readFile(new URL('../../demo/models/classes.txt', import.meta.url), 'utf8')
    expect(classes.trimEnd().split('\n')).toEqual([...SCENE_CLASSES])
    const sizes = await Promise.all(CANDIDATE_NAMES.map((name) => stat(candidateFile(name, 'onnx'))))
    expect(sizes.reduce((sum, file) => sum + file.size, 0)).toBeLessThan(6_000_000)
  })
})
