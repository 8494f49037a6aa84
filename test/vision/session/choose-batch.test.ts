// The size of a run is chosen by what runs take: here of sessions that take what they are told to, by far enough that
// no other load on the machine can turn it round.

import { describe, expect, test } from 'vitest'
import { chooseBatch } from '#vision/session/choose-batch.ts'
import type { InputTensor, OutputTensor } from '#vision/session/tensor.ts'

const SHAPE = { dtype: 'float32', dimensions: [3, 4, 4] } as const
/** No limit to what these may take. */
const PATIENT_MS = 60_000

const rowSums = ({ data, shape: [count = 1] }: InputTensor): OutputTensor => {
  const each = data.length / count
  const sums = new Float32Array(count)
  for (const [i, x] of data.entries()) sums[Math.floor(i / each)]! += x
  return { data: sums, shape: [count, 1] }
}

const session = (msOf: (images: number) => number, output = rowSums) => {
  const sizes: number[] = []
  const run = async (input: InputTensor) => {
    const images = input.shape[0]!
    sizes.push(images)
    const endMs = performance.now() + msOf(images)
    while (performance.now() < endMs);
    return output(input)
  }
  return { sizes, run }
}

const imagesOf = (measured: readonly { images: number }[]) => measured.map(({ images }) => images)

describe('chooseBatch()', () => {
  test('takes as many as it tries where a run costs the same whatever is in it', async () => {
    const { run } = session(() => 2)
    const { batchMax, measured } = await chooseBatch(run, SHAPE, PATIENT_MS)
    expect(batchMax).toBe(8)
    expect(imagesOf(measured)).toEqual([1, 2, 4, 8])
    for (const { images, msAnImage } of measured) expect(msAnImage * images).toBeGreaterThanOrEqual(2)
  })

  test('tries no more where two images take more than twice as long as one', async () => {
    const { run, sizes } = session((images) => images ** 2)
    const { batchMax, measured } = await chooseBatch(run, SHAPE, PATIENT_MS)
    expect(batchMax).toBe(1)
    expect(imagesOf(measured)).toEqual([1, 2])
    expect(Math.max(...sizes)).toBe(2)
  })

  test('takes the best size between', async () => {
    const { run } = session((images) => (images <= 4 ? 2 : 20))
    expect(await chooseBatch(run, SHAPE, PATIENT_MS)).toMatchObject({ batchMax: 4 })
  })

  test('tries nothing where one image takes a good part of the time that it may take', async () => {
    const { run, sizes } = session(() => 30)
    expect(await chooseBatch(run, SHAPE, 100)).toMatchObject({ batchMax: 1, measured: [{ images: 1 }] })
    expect(sizes).toEqual([1])
  })

  test.each<[string, (input: InputTensor) => OutputTensor]>([
    ['gives one row for all', (input) => ({ ...rowSums(input), shape: [1, input.shape[0]!] })],
    [
      'mixes images',
      (input) => {
        const { data, shape } = rowSums(input)
        const mean = data.reduce((sum, x) => sum + x, 0) / data.length
        return { data: data.map((x) => x - mean), shape }
      },
    ],
    [
      'fails with two',
      (input) => {
        if (input.shape[0]! > 1) throw new Error('one at a time')
        return rowSums(input)
      },
    ],
  ])('leaves a model alone that %s', async (_, output) => {
    const { run } = session(() => 1, output)
    expect(await chooseBatch(run, SHAPE, PATIENT_MS)).toMatchObject({ batchMax: 1 })
  })

  test('leaves one that does not run at all to the check of the start', async () => {
    const { run } = session(
      () => 0,
      () => {
        throw new Error('none')
      },
    )
    expect(await chooseBatch(run, SHAPE)).toEqual({ batchMax: 1, measured: [] })
  })
})
