// A short run of what bench/serve/decisions.ts does for 100,000: a worker and its control plane are killed while
// clients ask, and afterwards every answer has its decision, once.

import { expect, test } from 'vitest'
import { createRandom } from '#core/random.ts'
import { createTestDatabase } from '#test/harness/database.ts'
import { askWhileKilling, compareDecisions } from './decided-often.ts'
import { observedFleet } from './observed-fleet.ts'

test('no decision is lost or double when worker and control plane are killed', {
  timeout: 180_000,
}, async () => {
  const database = await createTestDatabase()
  try {
    await using observed = await observedFleet(database.url)
    await observed.promote({})
    const { fleet, images } = observed
    const told = await askWhileKilling(fleet, images, {
      answers: 800,
      clients: 4,
      kills: { pi: 3, control: 2 },
      random: createRandom(7),
    })
    const found = await compareDecisions(database.url, { fleet, told })
    expect(told.kills).toEqual({ pi: 3, control: 2 })
    expect(told.answers.length).toBeGreaterThanOrEqual(800)
    expect(found).toMatchObject({ lost: [], double: [], other: [] })
  } finally {
    await database.drop()
  }
})
