// A process that stands still takes its own time for nobody else's.

import { randomFill } from 'node:crypto'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { withinOwnTime } from '#workers/serve/offload/own-time.ts'

/** Done by another thread; its end is read where sockets are read. */
const elsewhere = () => promisify(randomFill)(Buffer.alloc(16)).then(() => 'done')

function standStill(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

test.each([1_000, 0])('what came while the process stood still is not late (grace %d)', async (graceMs) => {
  const answer = withinOwnTime(elsewhere(), 20, graceMs)
  standStill(100)
  expect(await answer).toBe('done')
})

test('what does not come is late', async () => {
  expect(await withinOwnTime(new Promise(() => undefined), 20, 1_000)).toBeUndefined()
})
