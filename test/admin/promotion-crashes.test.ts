// Connections to PostgreSQL are cut in the middle of promotions, of the driver's steps and of devices' polls. What
// was asked may fail; what is left is never half. bench/fleet/promotions.ts does the same a hundred times.

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { advanceRollouts } from '#admin/jobs/rollout-driver.ts'
import type { Control } from './control-rig.ts'
import { type Killer, openKiller } from './kill-postgres.ts'
import { openRolloutRig, type RolloutRig } from './rollout-rig.ts'

const ROUNDS = 30
/** A promotion takes about 15 ms here: cuts fall before, in and after it. */
const SPREAD_MS = 20

let rig: RolloutRig
let control: Control
let killer: Killer
beforeAll(async () => {
  rig = await openRolloutRig()
  control = rig.control
  killer = await openKiller(control.databaseUrl)
})
afterAll(async () => {
  await killer[Symbol.asyncDispose]()
  await rig[Symbol.asyncDispose]()
})

test('cut connections leave one current deployment a group, no half rollout and no unknown manifest', {
  timeout: 60_000,
}, async () => {
  const fleet = await rig.fleet({ local: 2, edge: 1 })
  await fleet.settle()
  const given = new Set<string>()
  const poll = async () => {
    for (const { device } of fleet.devices) {
      const answer = await device.send('/manifest')
      if (answer.status === 200) given.add(await answer.text())
    }
  }
  let [cut, failed, done] = [0, 0, 0]
  for (let round = 0; round < ROUNDS; round++) {
    const work = [
      fleet.promote(round % 3 === 0 ? {} : { stages: [{ share: 0.5 }, {}], replace: round % 3 === 1 }),
      poll(),
      advanceRollouts(control.ctx),
      fleet.turn(),
    ].map((work) =>
      work.then(
        () => done++,
        () => failed++,
      ),
    )
    await sleep((round * SPREAD_MS) / ROUNDS)
    cut += await killer.kill()
    await Promise.all(work)
    expect(await killer.damage(control.ctx.signer.publicKey)).toEqual([])
  }
  expect(cut).toBeGreaterThan(ROUNDS)
  expect(failed).toBeGreaterThan(0)
  expect(done).toBeGreaterThan(0)
  expect(await killer.unknown(given)).toEqual([])

  const { deployment } = await fleet.promote({ stages: [{ share: 0.5 }, {}], replace: true })
  await fleet.turn(5)
  expect([fleet.serving(deployment.id), fleet.serving(deployment.id, 'edge')]).toEqual([2, 1])
})

test('two drivers on one database take every step once', async () => {
  const fleet = await rig.fleet({ local: 4, edge: 1 })
  await fleet.settle()
  const { rollout } = await fleet.promote({ stages: [{ share: 0.25 }, { share: 0.5 }, {}] })
  for (let i = 0; i < 4; i++) {
    await Promise.all(Array.from({ length: 6 }, () => advanceRollouts(control.ctx)))
    await fleet.turn()
  }
  const { state, events } = await fleet.view(rollout.id)
  expect(state).toBe('completed')
  expect(events.filter((e) => e.event === 'activate')).toHaveLength(3)
  expect(events.filter((e) => e.event === 'completed')).toHaveLength(1)
})
