// Lays out one split as a data set on disk, in the form any user's data set has: PNG files (lossless,
// so what is decoded is what was rendered), classes.txt and labels.csv. Safe to interrupt: every file
// is written aside and renamed, and labels.csv comes last; a folder that has the labels asked for,
// from this revision of the renderer, is complete and taken as it is. An incomplete one is written
// again from the start: at about 10 ms a scene, resuming is not worth its bookkeeping.

import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { SIDE_PX } from '#demo/scenes/canvas.ts'
import { SCENE_CLASSES } from '#demo/scenes/classes.ts'
import { renderScene, SCENES_REVISION, type SceneSplit, sceneLabel } from '#demo/scenes/render-scene.ts'

export type WriteScenesOptions = {
  folder: string
  split: SceneSplit
  count: number
  onProgress?: (done: number, count: number) => void
  signal?: AbortSignal
}

/** Scenes in hand at a time: rendering holds this thread, packing PNG runs on libuv's four. */
const BATCH_COUNT = 8

export async function writeScenes({ folder, split, count, ...run }: WriteScenesOptions): Promise<void> {
  const labels = labelsCsv(split, count)
  const revision = `${SCENES_REVISION}\n`
  const isComplete =
    (await readIfThere(join(folder, 'labels.csv'))) === labels &&
    (await readIfThere(join(folder, 'revision.txt'))) === revision
  if (isComplete) {
    run.onProgress?.(count, count)
    return
  }
  await mkdir(folder, { recursive: true })
  await rm(join(folder, 'labels.csv'), { force: true })
  await writeAside(join(folder, 'classes.txt'), SCENE_CLASSES.map((name) => `${name}\n`).join(''))
  await writeAside(join(folder, 'revision.txt'), revision)
  for (let first = 0; first < count; first += BATCH_COUNT) {
    run.signal?.throwIfAborted()
    const last = Math.min(count, first + BATCH_COUNT)
    await Promise.all(Array.from({ length: last - first }, (_, i) => writeScene(folder, split, first + i)))
    run.onProgress?.(last, count)
  }
  await writeAside(join(folder, 'labels.csv'), labels)
}

/** The scene's file name: it tells the split and the index, never the label. */
export function sceneFile(split: SceneSplit, index: number): string {
  return `${split}-${String(index).padStart(5, '0')}.png`
}

function labelsCsv(split: SceneSplit, count: number): string {
  const row = (index: number) => `${sceneFile(split, index)},${SCENE_CLASSES[sceneLabel(split, index)]}\n`
  return `file,label\n${Array.from({ length: count }, (_, index) => row(index)).join('')}`
}

async function writeScene(folder: string, split: SceneSplit, index: number): Promise<void> {
  const { pixels } = renderScene({ split, index })
  const raw = { width: SIDE_PX, height: SIDE_PX, channels: 3 } as const
  const png = await sharp(pixels, { raw }).png({ compressionLevel: 6 }).toBuffer()
  await writeAside(join(folder, sceneFile(split, index)), png)
}

async function writeAside(path: string, content: string | Uint8Array): Promise<void> {
  const aside = `${path}.${randomUUID()}.part`
  try {
    await writeFile(aside, content)
    await rename(aside, path)
  } finally {
    await rm(aside, { force: true })
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
