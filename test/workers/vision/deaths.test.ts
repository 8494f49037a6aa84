// What a vision process that dies, hangs or grows costs those who ask it: time, and the image that did it its answer.

import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { until } from '#test/harness/until.ts'
import { noisyJpeg, plain } from '#test/vision/images.ts'
import { harmful, type VisionRig, visionRig } from './vision-rig.ts'

const STALL_MAX_MS = 1_000

let red: Buffer
let other: Buffer
beforeAll(async () => {
  red = await plain({ colour: '#ff0000' }).png().toBuffer()
  other = await noisyJpeg(200, 200)
})

let rig: VisionRig
beforeEach(async () => {
  rig = await visionRig({ stallMaxMs: STALL_MAX_MS })
  // The slowest inference seen says what a stall is.
  await rig.vision.infer({ bytes: red }, 1)
})
afterEach(() => rig[Symbol.asyncDispose]())

const classify = async (bytes: Uint8Array) => {
  const image = { bytes }
  try {
    await rig.vision.look(image)
    return (await rig.vision.infer(image, 1)).labels[0]!.name
  } finally {
    rig.vision.forget(image)
  }
}

describe('ProcessVision', () => {
  test.each(['abort', 'hang', 'bloat'] as const)(
    'refuses an image that makes its process %s',
    async (harm) => {
      const error = await classify(harmful(red, harm)).catch((e: unknown) => e)
      expect(error).toMatchObject({ name: 'ImageRefused', code: 'damaged' })
      expect(rig.events.filter(({ kind }) => kind === 'died')).toHaveLength(2)
      expect(await classify(red)).toBe('red')
    },
  )

  test('answers all who were in work beside such an image, and refuses it at once from then on', async () => {
    const bad = harmful(red, 'abort')
    const asked = [red, other, bad, red, other, red].map(classify)
    const ends = await Promise.allSettled(asked)
    expect(ends.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
      'fulfilled',
    ])
    const { deaths } = rig.vision.health
    expect(deaths).toBe(2)
    await expect(classify(bad)).rejects.toMatchObject({ code: 'damaged' })
    expect(rig.vision.health.deaths).toBe(deaths)
  })

  test('kept busy while its process is killed from outside loses no answer', async () => {
    const answers: string[] = []
    let isOver = false
    const clients = Array.from({ length: 4 }, async () => {
      while (!isOver) answers.push(await classify(red))
    })
    for (let kill = 1; kill <= 3; kill++) {
      const before = answers.length
      await until('it answers', () => answers.length > before + 20)
      process.kill(rig.vision.process.pid!, 'SIGKILL')
      await until(
        'it is back',
        () => rig.vision.health.deaths === kill && rig.vision.process.pid !== undefined,
      )
    }
    isOver = true
    await Promise.all(clients)
    expect(new Set(answers)).toEqual(new Set(['red']))
    expect(rig.vision.health.lastReason).toBe('ended with SIGKILL')
  })

  test('stopped in its tracks is replaced, and the request that it had is answered', async () => {
    const { pid } = rig.vision.process
    process.kill(pid!, 'SIGSTOP')
    expect(await classify(red)).toBe('red')
    expect(rig.vision.process.pid).not.toBe(pid)
    expect(rig.vision.health.lastReason).toMatch(/^has not moved for \d+ ms$/)
  })

  test('idle and killed is there again for the next request', async () => {
    process.kill(rig.vision.process.pid!, 'SIGKILL')
    expect(await classify(red)).toBe('red')
  })

  test('remembers an image across a death as long as its request lasts', async () => {
    const image = { bytes: red }
    await rig.vision.look(image)
    process.kill(rig.vision.process.pid!, 'SIGKILL')
    await until('it has died', () => rig.vision.health.deaths === 1)
    expect(await rig.vision.features(image, ['avg_brightness'])).toMatchObject({ values: [76] })
  })

  test('let go of with work under way refuses it, and whoever comes later, at once', async () => {
    const pending = rig.vision.infer({ bytes: harmful(other, 'hang') }, 1)
    await Promise.all([
      expect(pending).rejects.toMatchObject({ name: 'VisionDown' }),
      rig.vision[Symbol.asyncDispose](),
    ])
    await expect(rig.vision.infer({ bytes: red }, 1)).rejects.toMatchObject({ name: 'VisionDown' })
  })
})
