// Requests of several clients through one session: who goes together, who gets what, and who is left out. The session
// here doubles numbers, a row for each image, and notes how many it was given.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Batching, type BatchSize, SessionQueue } from '#vision/session/session-queue.ts'
import type { InputTensor, OutputTensor } from '#vision/session/tensor.ts'

const ROW = 3
/** A session refuses these. */
const BAD = -1

const tensor = (values: readonly number[]): InputTensor => ({
  data: Float32Array.from(values.flatMap((value) => Array(ROW).fill(value))),
  shape: [values.length, ROW],
})

function makeQueue(batching: Partial<Batching>, batch: BatchSize = 'free') {
  const sizes: number[] = []
  const seen: number[] = []
  const run = async ({ data, shape }: InputTensor): Promise<OutputTensor> => {
    // As a session does: others are heard meanwhile.
    await new Promise(setImmediate)
    const [count = 0] = shape
    sizes.push(count)
    const values = Array.from({ length: count }, (_, i) => data[i * (data.length / count)]!)
    if (values.includes(BAD)) throw new Error('bad number')
    seen.push(...values)
    return { data: Float32Array.from(values, (value) => value * 2), shape: [count, 1] }
  }
  const queue = new SessionQueue(run, batch)
  queue.batching = { batchMax: 8, waitMaxMs: 0, ...batching }
  return { queue, sizes, seen }
}

describe('SessionQueue', () => {
  test('runs together who wait, and gives each its own row', async () => {
    const { queue, sizes } = makeQueue({ batchMax: 8 })
    const values = Array.from({ length: 12 }, (_, i) => i)
    const outputs = await Promise.all(values.map((value) => queue.run(tensor([value]))))
    expect(sizes).toEqual([8, 4])
    expect(outputs.map(({ data }) => [...data])).toEqual(values.map((value) => [value * 2]))
    expect(queue.work).toEqual({ runs: 2, images: 12 })
  })

  test('runs each alone where batches do not win', async () => {
    const { queue, sizes } = makeQueue({ batchMax: 1 })
    await Promise.all([queue.run(tensor([1])), queue.run(tensor([2, 3])), queue.run(tensor([4]))])
    expect(sizes).toEqual([1, 1, 1, 1])
  })

  test.each<[string, number[], BatchSize]>([
    ['in runs of its size', [2, 2, 2], 2],
    ['in full runs where it is free', [4, 2], 'free'],
  ])('takes a batch %s apart and puts it together again', async (_, expected, batch) => {
    const { queue, sizes } = makeQueue({ batchMax: 4 }, batch)
    const { data, shape } = await queue.run(tensor([1, 2, 3, 4, 5, 6]))
    expect([...data]).toEqual([2, 4, 6, 8, 10, 12])
    expect(shape).toEqual([6, 1])
    expect(sizes).toEqual(expected)
  })

  test('lets nobody wait for the end of a long batch', async () => {
    const { queue, seen } = makeQueue({ batchMax: 4 })
    const long = queue.run(tensor(Array.from({ length: 32 }, (_, i) => 100 + i)))
    await Promise.all([queue.run(tensor([1])), queue.run(tensor([2]))])
    expect(seen.length).toBeLessThanOrEqual(8)
    expect([...(await long).data]).toEqual(Array.from({ length: 32 }, (_, i) => 200 + 2 * i))
  })

  test('fails only who sent what fails', async () => {
    const { queue } = makeQueue({})
    const ends = await Promise.allSettled([0, 1, BAD, 3].map((value) => queue.run(tensor([value]))))
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    expect(ends[2]).toMatchObject({ reason: { message: 'bad number' } })
  })

  test('puts only what is alike into one tensor', async () => {
    const { queue, sizes } = makeQueue({})
    const wide: InputTensor = { data: new Float32Array(2 * ROW).fill(5), shape: [1, 2 * ROW] }
    const bytes: InputTensor = { data: new Uint8Array(ROW).fill(6), shape: [1, ROW] }
    const inputs = [tensor([1]), tensor([2]), wide, tensor([3]), bytes, wide]
    const outputs = await Promise.all(inputs.map((input) => queue.run(input)))
    expect(outputs.map(({ data }) => data[0])).toEqual([2, 4, 10, 6, 12, 10])
    expect(sizes).toEqual([3, 2, 1])
  })

  test('waits for company where it may, no longer than until a run is full', async () => {
    const { queue, sizes } = makeQueue({ batchMax: 3, waitMaxMs: 600_000 })
    await Promise.all([queue.run(tensor([1])), queue.run(tensor([2, 3]))])
    expect(sizes).toEqual([3])
  })

  test('runs one for whom no company comes', async () => {
    const { queue, sizes } = makeQueue({ batchMax: 3, waitMaxMs: 20 })
    await queue.run(tensor([1]))
    expect(sizes).toEqual([1])
  })

  test('does not infer who has waited past its deadline', async () => {
    const { queue, seen } = makeQueue({ batchMax: 1 })
    const past = performance.now() - 1
    const first = queue.run(tensor([1]), past)
    const late = queue.run(tensor([2]), past)
    const patient = queue.run(tensor([3]))
    await expect(late).rejects.toMatchObject({ name: 'InferenceLate' })
    await patient
    // The first has found the session free, and cost nobody anything.
    expect([...(await first).data]).toEqual([2])
    expect(seen).toEqual([1, 3])
  })

  test('gives everybody their own rows in order, whatever comes together', async () => {
    const requests = fc.array(fc.array(fc.integer({ min: BAD, max: 99 }), { minLength: 1, maxLength: 9 }))
    await fc.assert(
      fc.asyncProperty(requests, fc.integer({ min: 1, max: 8 }), async (sent, batchMax) => {
        const { queue, sizes } = makeQueue({ batchMax })
        const ends = await Promise.allSettled(sent.map((values) => queue.run(tensor(values))))
        for (const [i, end] of ends.entries()) {
          const values = sent[i]!
          if (values.includes(BAD)) expect(end.status).toBe('rejected')
          else expect(end).toMatchObject({ value: { shape: [values.length, 1] } })
          if (end.status === 'fulfilled')
            expect([...end.value.data]).toEqual(values.map((value) => value * 2))
        }
        expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(batchMax)
      }),
      { numRuns: 60 },
    )
  })
})
