// Writes raw scenes for the trainer: <folder>/<split>.pixels holds 128 x 128 x 3 bytes a scene,
// <split>.labels one byte and <split>.difficulty one little-endian float32; classes.txt the names.
// Raw, because the trainer then needs nothing but numpy. About 50 kB a scene: a temporary folder,
// never committed. Usage: node --import tsx demo/train/dump-scenes.ts <folder> [train-count]

import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SCENE_CLASSES } from '#demo/scenes/classes.ts'
import { renderScene, type SceneSplit } from '#demo/scenes/render-scene.ts'

const [folder, trainCount = '12000'] = process.argv.slice(2)
if (!folder)
  throw new TypeError('Cannot dump scenes: no folder given, expected dump-scenes.ts <folder> [train-count]')

await mkdir(folder, { recursive: true })
await writeFile(join(folder, 'classes.txt'), `${SCENE_CLASSES.join('\n')}\n`)
await dump(folder, 'train', Number(trainCount))
await dump(folder, 'validation', 1200)
await dump(folder, 'test', 2400)

async function dump(folder: string, split: SceneSplit, count: number): Promise<void> {
  const pixels = createWriteStream(join(folder, `${split}.pixels`))
  const labels = new Uint8Array(count)
  const difficulty = Buffer.alloc(count * 4)
  for (let index = 0; index < count; index++) {
    const scene = renderScene({ split, index })
    labels[index] = scene.label
    difficulty.writeFloatLE(scene.difficulty, index * 4)
    if (!pixels.write(scene.pixels)) await once(pixels, 'drain')
  }
  pixels.end()
  await once(pixels, 'finish')
  await writeFile(join(folder, `${split}.labels`), labels)
  await writeFile(join(folder, `${split}.difficulty`), difficulty)
}
