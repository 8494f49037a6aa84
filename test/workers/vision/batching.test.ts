// Images of several clients in one run of a real model, in a real vision process.

import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { plain } from '#test/vision/images.ts'
import { tinyModel } from '#test/vision/tiny-model.ts'
import { harmful, type VisionRig, visionRig } from './vision-rig.ts'

let rig: VisionRig
afterEach(() => rig[Symbol.asyncDispose]())

const COLOURS = ['red', 'green', 'blue'] as const
let pictures: Buffer[]
beforeAll(async () => {
  const values = ['#ff0000', '#00ff00', '#0000ff']
  pictures = await Promise.all(values.map((colour) => plain({ colour }).png().toBuffer()))
})

const FREE = tinyModel({ batch: 'N' })
const HALF = { x: 0, y: 0, width: 0.5, height: 1 }

describe('ProcessVision with a free batch', () => {
  test('runs images and views of many together, and tells each what it asked', async () => {
    rig = await visionRig({}, { model: FREE, batching: { batchMax: 8 } })
    const asked = Array.from({ length: 36 }, (_, i) => ({
      picture: pictures[i % 3]!,
      colour: COLOURS[i % 3]!,
    }))
    const names = await Promise.all(
      asked.map(async ({ picture }, i) => {
        const view = i % 2 === 0 ? undefined : HALF
        return (await rig.vision.infer({ bytes: picture }, 1, view)).labels[0]!.name
      }),
    )
    expect(names).toEqual(asked.map(({ colour }) => colour))
    const { runs, images } = await rig.vision.usage()
    expect(images).toBe(36)
    expect(runs).toBeLessThan(images)
  })

  test('answers the companions of an image that is none, and of one that ends the process', async () => {
    rig = await visionRig({}, { model: FREE, batching: { batchMax: 8 } })
    const bodies = [...pictures, Buffer.from('none'), harmful(pictures[0]!, 'abort'), ...pictures]
    const ends = await Promise.allSettled(bodies.map((bytes) => rig.vision.infer({ bytes }, 1)))
    const names = ends.map((end) =>
      end.status === 'fulfilled' ? end.value.labels[0]!.name : end.reason.code,
    )
    expect(names).toEqual([...COLOURS, 'unsupported-format', 'damaged', ...COLOURS])
  })

  test('measures at the start how many are best, and once for all lives', async () => {
    rig = await visionRig({}, { model: FREE })
    const { batchMax, measured } = rig.vision.health.batch
    expect(measured[0]!.images).toBe(1)
    expect(measured.map(({ images }) => images)).toContain(batchMax)
    process.kill(rig.vision.process.pid!, 'SIGKILL')
    await rig.vision.infer({ bytes: pictures[0]! }, 1)
    expect(rig.vision.health).toMatchObject({ deaths: 1, batch: { batchMax, measured } })
  })

  test('measures nothing where the batch is fixed', async () => {
    rig = await visionRig()
    expect(rig.vision.health.batch).toEqual({ batchMax: 1, measured: [] })
  })

  test('does not infer for who has left by the time that its turn comes', async () => {
    rig = await visionRig({}, { model: tinyModel({ batch: 'N', sines: 2_000 }), batching: { batchMax: 1 } })
    const ask = (expiresAtMs?: number) =>
      rig.vision.infer({ bytes: pictures[0]!, context: { expiresAtMs } }, 1)
    await ask()
    const ends = await Promise.allSettled([
      ask(),
      ask(),
      ...Array.from({ length: 6 }, () => ask(performance.now())),
    ])
    const reasons = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason.name] : []))
    expect(new Set(reasons)).toEqual(new Set(['InferenceLate']))
    const answered = ends.filter(({ status }) => status === 'fulfilled').length
    expect(answered).toBeLessThan(8)
    expect((await rig.vision.usage()).images).toBe(1 + answered)
  })
})
