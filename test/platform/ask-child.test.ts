// A question to a child process ends with its answer or with the way in which the child ended, never with silence.

import { describe, expect, test } from 'vitest'
import { askChild } from '#platform/ask-child.ts'
import type { Order } from './child-entry.ts'

const entry = new URL('./child-entry.ts', import.meta.url)
const ask = (order: Order, deadlineMs = 20_000) => askChild(entry, order, deadlineMs)

describe.concurrent('askChild()', () => {
  test('gives the answer; typed arrays travel as they are', async () => {
    expect(await ask({ do: 'double', numbers: Float64Array.of(1, 0.1, Number.NaN) })).toEqual({
      end: 'answered',
      answer: Float64Array.of(2, 0.2, Number.NaN),
    })
  })

  test('hears news in order, and all of it before the answer', async () => {
    const news: number[] = []
    const answered = await askChild<string, number>(entry, { do: 'count' }, 20_000, {
      onNews: (n) => news.push(n),
    })
    expect([answered, news]).toEqual([{ end: 'answered', answer: 'counted' }, [1, 2, 3]])
  })

  test('ends a child that does not answer in time', async () => {
    expect(await ask({ do: 'hang' }, 100)).toEqual({ end: 'deadline' })
  })

  test('kills a child that is no longer wanted, one that was never wanted as well', async () => {
    const killed = { end: 'died', how: 'SIGKILL' }
    const leaving = new AbortController()
    const asked = askChild(entry, { do: 'hang' }, 20_000, { signal: leaving.signal, niceness: 5 })
    setTimeout(() => leaving.abort(), 50)
    expect(await asked).toEqual(killed)
    const { signal } = leaving
    expect(await askChild(entry, { do: 'count' }, 20_000, { signal })).toEqual(killed)
  })

  test.each<[string, Order['do'], string]>([
    ['leaves', 'die', '7'],
    ['crashes', 'kill', 'SIGSEGV'],
    ['rejects', 'throw', '1'],
  ])('tells how a child ended that %s', async (_, what, how) => {
    expect(await ask({ do: what })).toEqual({ end: 'died', how })
  })

  test('tells of a child that ends before it hears the question', async () => {
    const gone = new URL('./child-gone.ts', import.meta.url)
    const big = { do: 'double', numbers: new Float64Array(2_000_000) } as const
    expect(await askChild(gone, big, 20_000)).toEqual({ end: 'died', how: '3' })
  })
})
