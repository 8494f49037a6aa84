// A sample of the corpus of damaged images (test/vision/corpus), sent to a real worker over HTTP. The whole corpus is
// sent by bench/serve/corpus.ts.

import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Process } from '#test/harness/process.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'
import { until } from '#test/harness/until.ts'
import { damagedImages, sampleOf } from '#test/vision/corpus/damaged-images.ts'
import { isWrong, postDamaged } from '#test/vision/corpus/post-damaged.ts'
import { wholeImages } from '#test/vision/corpus/whole-images.ts'
import { installHome } from '#test/workers/dev/installed-home.ts'

const SEED = 5_000
const SAMPLE = 200
/** Nobody listens there: this worker boots from its disk. */
const NO_CONTROL = 'http://127.0.0.1:9'

let home: TempFolder
let worker: Process
let url: string

const serving = async () => {
  const response = await fetch(`${url}/readyz`)
  return response.ok && (await response.text())
}

beforeAll(async () => {
  home = await tempFolder('damaged')
  await installHome(home.path)
  worker = new Process({
    entry: 'workers/pi/main.ts',
    env: {
      TANDEM_HOME: home.path,
      TANDEM_CONTROL_URL: NO_CONTROL,
      TANDEM_PI_PORT: '0',
      TANDEM_ENERGY_METER: 'model',
      LOG_LEVEL: 'error',
    },
  })
  url = await worker.ready()
  await until('the worker serves', serving, 30_000)
})
afterAll(async () => {
  if (worker?.isAlive) await worker.stop()
  await home?.[Symbol.asyncDispose]()
})

test('a worker answers or refuses every damaged image with a reason, and every whole one in between', {
  timeout: 180_000,
}, async () => {
  const whole = await wholeImages(SEED)
  const corpus = damagedImages(whole, SEED)
  expect(corpus.length).toBeGreaterThanOrEqual(5_000)
  expect(new Set(corpus.map(({ name }) => name)).size).toBe(corpus.length)
  const before = await serving()

  const posted = await postDamaged({ url, damages: sampleOf(corpus, SAMPLE, SEED), whole, connections: 2 })

  expect(posted.filter(isWrong)).toEqual([])
  // Of every kind some were refused, so that a front door that takes all would fail here.
  const refused = new Set(posted.filter(({ status }) => status >= 400).map(({ kind }) => kind))
  expect(refused.size).toBe(new Set(posted.map(({ kind }) => kind)).size - 1)
  expect(worker.isAlive).toBe(true)
  expect(await serving()).toBe(before)
})

test('the corpus is the same for the same seed, and another for another', async () => {
  const digestOf = async (seed: number) => {
    const hash = createHash('sha256')
    // But for the bombs, which take long to make and hold no chance.
    for (const { kind, make } of damagedImages(await wholeImages(seed), seed))
      if (kind !== 'bomb') hash.update(await make())
    return hash.digest('hex')
  }
  const digest = await digestOf(1)
  expect(await digestOf(1)).toBe(digest)
  expect(await digestOf(2)).not.toBe(digest)
})
