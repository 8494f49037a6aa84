// Writes raw scenes for the trainer: <folder>/<split>.pixels holds 128 x 128 x 3 bytes a scene,
// <split>.labels one byte, <split>.difficulty one little-endian float32 and <split>.causes six of them,
// in the order of causes.txt; classes.txt has the labels' names. Raw, because the trainer then needs
// nothing but numpy. About 50 kB a scene: a temporary folder, never committed.
// Usage: node --import tsx demo/train/dump-scenes.ts <folder> [train-count]

import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CAUSE_NAMES } from '#demo/scenes/causes.ts'
import { SCENE_CLASSES } from '#demo/scenes/classes.ts'
import { renderScene, type SceneSplit } from '#demo/scenes/render-scene.ts'

const [folder, trainCount = '12000'] = process.argv.slice(2)
if (!folder)
  throw new TypeError('Cannot dump scenes: no folder given, expected dump-scenes.ts <folder> [train-count]')

await mkdir(folder, { recursive: true })
await writeFile(join(folder, 'classes.txt'), `${SCENE_CLASSES.join('\n')}\n`)
await writeFile(join(folder, 'causes.txt'), `${CAUSE_NAMES.join('\n')}\n`)
await dump(folder, 'train', Number(trainCount))
await dump(folder, 'validation', 1200)
await dump(folder, 'test', 2400)

async function dump(folder: string, split: SceneSplit, count: number): Promise<void> {
  const pixels = createWriteStream(join(folder, `${split}.pixels`))
  const labels = new Uint8Array(count)
  const difficulty = Buffer.alloc(count * 4)
  const causes = Buffer.alloc(count * CAUSE_NAMES.length * 4)
  for (let index = 0; index < count; index++) {
    const scene = renderScene({ split, index })
    labels[index] = scene.label
    difficulty.writeFloatLE(scene.difficulty, index * 4)
    for (const [i, name] of CAUSE_NAMES.entries())
      causes.writeFloatLE(scene.causes[name], (index * CAUSE_NAMES.length + i) * 4)
    if (!pixels.write(scene.pixels)) await once(pixels, 'drain')
  }
  pixels.end()
  await once(pixels, 'finish')
  await writeFile(join(folder, `${split}.labels`), labels)
  await writeFile(join(folder, `${split}.difficulty`), difficulty)
  await writeFile(join(folder, `${split}.causes`), causes)
}
