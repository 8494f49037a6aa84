// How long a function may do nothing, and how long it may keep its host at work; time that the host itself takes is not held
// against it.

import { describe, expect, test } from 'vitest'
import { Patience } from '#workers/host/watch/patience.ts'

/** Work that ends only by its signal. */
const forever = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

describe('Patience', () => {
  test.each([
    ['that does nothing', false, 100, 60_000, '100 ms by itself'],
    ['that keeps the host at work without end', true, 100, 300, '300 ms in all'],
  ])('ends with a function %s', async (_, isBusy, idleMaxMs, totalMaxMs, words) => {
    const patience = new Patience({ idleMaxMs, totalMaxMs }, () => isBusy)
    const waiting = patience.wait('image', forever)
    await expect(waiting).rejects.toMatchObject({ name: 'FunctionFailed', code: 'timeout' })
    await expect(waiting).rejects.toThrow(words)
  })

  test('is not used up by what the host does', async () => {
    const busyOnce = { left: 4 }
    const patience = new Patience({ idleMaxMs: 100, totalMaxMs: 60_000 }, () => busyOnce.left-- > 0)
    await expect(patience.wait('image', forever)).rejects.toThrow('by itself')
    // Four ticks of work, then two of nothing: not one more.
    expect(busyOnce.left).toBe(-2)
  })

  test('is not used up while the event loop of the host stands still', async () => {
    const patience = new Patience({ idleMaxMs: 200, totalMaxMs: 60_000 }, () => false)
    const answer = patience.wait('image', async () => {
      const end = performance.now() + 500
      while (performance.now() < end);
      await new Promise((resolve) => setTimeout(resolve, 1))
      return 'fine'
    })
    expect(await answer).toBe('fine')
  })

  test('an answer in time is the answer, a failure is the failure', async () => {
    const patience = new Patience({ idleMaxMs: 100, totalMaxMs: 100 }, () => false)
    expect(await patience.wait('image', async () => 'fine')).toBe('fine')
    const error = new Error('out of sorts')
    await expect(patience.wait('image', () => Promise.reject(error))).rejects.toBe(error)
  })
})
