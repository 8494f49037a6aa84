// The scenes: the same on every machine (a golden digest), apart from split to split, balanced, and
// written to disk as they were rendered.

import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CAUSE_NAMES } from '#demo/scenes/causes.ts'
import { SCENE_CLASSES } from '#demo/scenes/classes.ts'
import { renderScene, type SceneSplit, sceneLabel } from '#demo/scenes/render-scene.ts'
import { sceneFile, writeScenes } from '#demo/write-scenes.ts'

const SPLITS: readonly SceneSplit[] = ['train', 'validation', 'test']
/** Of the first 24 test scenes; whoever changes it raises SCENES_REVISION and trains anew. */
const GOLDEN = 'e8206c17116befd827dd45c0a3fe615c708c50f7a6988a3ec6d66b4e74c73e9d'

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const render = (split: SceneSplit, count: number) =>
  Array.from({ length: count }, (_, index) => renderScene({ split, index }))

describe('renderScene()', () => {
  test('gives the same pixels on every machine', () => {
    const pixels = Buffer.concat(render('test', 24).map((scene) => scene.pixels))
    expect(digest(pixels)).toBe(GOLDEN)
  })

  test('never gives a scene of one split in another', () => {
    const digests = SPLITS.flatMap((split) => render(split, 30).map((scene) => digest(scene.pixels)))
    expect(new Set(digests).size).toBe(3 * 30)
  })

  test('shows each class once in each block of scenes, in another order each', () => {
    const count = SCENE_CLASSES.length
    const blocks = [0, 1, 2].map((block) =>
      Array.from({ length: count }, (_, i) => sceneLabel('test', block * count + i)),
    )
    for (const block of blocks) expect([...block].sort((a, b) => a - b)).toEqual([...Array(count).keys()])
    expect(new Set(blocks.map(String)).size).toBe(3)
  })

  test('keeps difficulty and its causes within 0 and 1, each cause no more than the difficulty', () => {
    for (const { difficulty, causes } of render('validation', 30)) {
      for (const name of CAUSE_NAMES) {
        expect(causes[name]).toBeGreaterThanOrEqual(0)
        expect(causes[name]).toBeLessThanOrEqual(difficulty)
      }
      expect(difficulty).toBeLessThan(1)
    }
  })

  test('refuses an index that is none', () => {
    for (const index of [-1, 0.5, 2 ** 32, Number.NaN]) {
      expect(() => renderScene({ split: 'test', index })).toThrow(RangeError)
    }
  })
})

describe('writeScenes()', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tandem-scenes-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  test('writes lossless pictures, their labels and the classes', async () => {
    await writeScenes({ folder, split: 'test', count: 3 })
    const rows = (await readFile(join(folder, 'labels.csv'), 'utf8')).trimEnd().split('\n')
    expect(rows[0]).toBe('file,label')
    for (const [index, row] of rows.slice(1).entries()) {
      const scene = renderScene({ split: 'test', index })
      expect(row).toBe(`${sceneFile('test', index)},${SCENE_CLASSES[scene.label]}`)
      const decoded = await sharp(join(folder, sceneFile('test', index)))
        .raw()
        .toBuffer()
      expect(digest(decoded)).toBe(digest(scene.pixels))
    }
    const classes = await readFile(join(folder, 'classes.txt'), 'utf8')
    expect(classes.trimEnd().split('\n')).toEqual([...SCENE_CLASSES])
  })

  test('takes a complete folder as it is and completes another', async () => {
    const picture = join(folder, sceneFile('test', 0))
    await writeScenes({ folder, split: 'test', count: 2 })
    const before = await stat(picture)
    await writeScenes({ folder, split: 'test', count: 2 })
    expect((await stat(picture)).ino).toBe(before.ino)
    await writeScenes({ folder, split: 'test', count: 4 })
    expect((await readdir(folder)).filter((file) => file.endsWith('.png'))).toHaveLength(4)
  })

  test('stops when told, leaving no labels.csv and nothing half written', async () => {
    const stop = new AbortController()
    const written = writeScenes({
      folder,
      split: 'test',
      count: 24,
      onProgress: () => stop.abort(),
      signal: stop.signal,
    })
    await expect(written).rejects.toThrow('aborted')
    const files = await readdir(folder)
    expect(files).not.toContain('labels.csv')
    expect(files.filter((file) => file.endsWith('.part'))).toEqual([])
  })
})
