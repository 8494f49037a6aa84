// A labelled scene from a split and an index: the same pixels on every machine, in a few milliseconds
// and without any file. A scene knows how hard it is and why (causes.ts), which real data never tells;
// the pipeline does not get to see that, only the tests and the model cards do.
// Any count of scenes in a row is balanced: each block of as many scenes as classes has each once.

import { paintBackground } from './background.ts'
import { expose } from './camera.ts'
import { drawTurn, newCanvas, type Pose, paint, SIDE_PX } from './canvas.ts'
import { type Causes, drawDifficulty } from './causes.ts'
import { SCENE_CLASSES, shapeOf } from './classes.ts'
import { paintClutter, paintOcclusion } from './clutter.ts'
import { drawColour, shade } from './colour.ts'
import { type Random, random } from './random.ts'

export type SceneSplit = 'train' | 'validation' | 'test'

export type Scene = {
  /** Red, green, blue, row by row: SIDE_PX * SIDE_PX * 3 bytes. */
  pixels: Uint8Array
  label: number
  causes: Causes
  /** 0 is simple, 1 the hardest. */
  difficulty: number
}

/** Goes up whenever any scene's pixels change, so that folders written before are written anew. */
export const SCENES_REVISION = 2

/** A word of each stream's key, so no two splits share a stream. */
const SPLIT_KEY: Record<SceneSplit, number> = { train: 0x7261696e, validation: 0x76616c69, test: 0x74657374 }
/** Streams that draw the scenes, and the ones that shuffle each block's labels. */
const PICTURE_KEY = 1
const SHUFFLE_KEY = 2

/** The object's radius, far and near. */
const RADIUS_PX = { far: 6.5, near: 44 }
/** How far the object's brightness is from the ground's, dim and clear. */
const CONTRAST = { least: 20, most: 105 }

export function renderScene({ split, index }: { split: SceneSplit; index: number }): Scene {
  if (!Number.isInteger(index) || index < 0 || index > 0xffffffff) {
    throw new RangeError(`Cannot render scene ${index}: expected a whole number of 32 bits`)
  }
  const label = sceneLabel(split, index)
  const chance = random([SPLIT_KEY[split], index, PICTURE_KEY])
  const { difficulty, causes } = drawDifficulty(chance)
  const contrast = CONTRAST.most - (CONTRAST.most - CONTRAST.least) * causes.dimness * chance.between(0.5, 1)
  const side = chance.unit() < 0.5 ? -1 : 1
  const luma = side > 0 ? chance.between(40, 140) : chance.between(115, 215)
  const pose = drawPose(chance, causes.distance, difficulty)

  const canvas = newCanvas()
  paintBackground(canvas, chance, drawColour(chance, luma, chance.between(0, 80)), causes.clutter)
  paintClutter(canvas, chance, causes.clutter, { luma, contrast })
  const body = drawColour(
    chance,
    luma + side * contrast,
    chance.between(10, 130) * (1 - 0.7 * causes.dimness),
  )
  paint(canvas, shapeOf(label), pose, { body, detail: shade(body, chance.unit() < 0.5 ? 0.55 : 1.4) })
  paintOcclusion(canvas, chance, causes.occlusion, { pose, luma })
  return { pixels: expose(canvas, chance, causes), label, causes, difficulty }
}

/** The scene's label, without rendering it: its place in its block, shuffled anew for each block. */
export function sceneLabel(split: SceneSplit, index: number): number {
  const count = SCENE_CLASSES.length
  const block = Math.floor(index / count)
  const chance = random([SPLIT_KEY[split], block, SHUFFLE_KEY])
  const labels = Array.from({ length: count }, (_, label) => label)
  for (let last = count - 1; last > 0; last--) {
    const other = chance.below(last + 1)
    const moved = labels[last]!
    labels[last] = labels[other]!
    labels[other] = moved
  }
  return labels[index - block * count]!
}

/** Wholly in the picture, turned more in harder scenes, a little squeezed, half of them mirrored. */
function drawPose(chance: Random, distance: number, difficulty: number): Pose {
  const radius = (RADIUS_PX.near - (RADIUS_PX.near - RADIUS_PX.far) * distance) * chance.between(0.9, 1.1)
  const squeeze = chance.between(0.84, 1)
  const isNarrow = chance.unit() < 0.5
  const mirror = chance.unit() < 0.5 ? -1 : 1
  return {
    x: chance.between(radius, SIDE_PX - radius),
    y: chance.between(radius, SIDE_PX - radius),
    radiusX: mirror * radius * (isNarrow ? squeeze : 1),
    radiusY: radius * (isNarrow ? 1 : squeeze),
    ...drawTurn(chance, 0.1 + 0.3 * difficulty),
  }
}
