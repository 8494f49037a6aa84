// `node --import tsx bench/fleet/promotions.ts [kills]`: a fleet is promoted to without a pause while PostgreSQL is
// killed under it, a hundred times: nine times of ten all its connections are cut, the tenth time the server itself
// is killed with SIGKILL and started again, with fsync on. After every kill the rows are looked at: one current
// deployment a group, no half rollout, no manifest that says something else than its row. In the end every manifest
// that a device was ever given must be a row, and the fleet must take one more promotion.
//
// The control plane and its devices are real (API, keys, signatures, HTTP without a socket); only the models are
// not run. Exit code 1 where anything was found.

import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { advanceRollouts } from '#admin/jobs/rollout-driver.ts'
import { ensurePostgres } from '#db/embedded-postgres/ensure-postgres.ts'
import { migrateDatabase } from '#db/migrate.ts'
import { openKiller } from '#test/admin/kill-postgres.ts'
import { openRolloutRig } from '#test/admin/rollout-rig.ts'

const KILLS = Number(process.argv[2] ?? 100)
const SERVER_EVERY = 10
/** A round of promotion, look and polls takes about this long on two cores: kills fall all over it. */
const SPREAD_MS = 60
const LOCAL = 6
const EDGE = 2

const folder = await mkdtemp(path.join(os.tmpdir(), 'tandem-promotions-'))
let postgres = await ensurePostgres({ folder })
await migrateDatabase(postgres.url)
const rig = await openRolloutRig({ url: postgres.url, drop: async () => undefined })
const fleet = await rig.fleet({ local: LOCAL, edge: EDGE })
await fleet.settle()

const count = { promoted: 0, conflicts: 0, failed: 0, polls: 0, pollsFailed: 0, cut: 0, servers: 0 }
const given = new Set<string>()
const damage: string[] = []
const unknown: string[] = []
const restartMs: number[] = []

async function promoteOnce(round: number): Promise<void> {
  const stages = [{ share: 0.3 }, {}]
  const kinds = [{}, { stages, replace: true }, { stages }, { replace: true }]
  await fleet.promote(kinds[round % kinds.length]!).then(
    () => count.promoted++,
    (error: { data?: { code?: string } }) =>
      error.data?.code === 'CONFLICT' ? count.conflicts++ : count.failed++,
  )
}

async function pollAll(): Promise<void> {
  for (const device of fleet.devices) {
    const answer = await device.device.send('/manifest')
    if (answer.status === 200) given.add(await answer.text())
    await device.poll().then(
      () => count.polls++,
      () => count.pollsFailed++,
    )
  }
}

async function killServer(): Promise<void> {
  process.kill(postgres.pid, 'SIGKILL')
  count.servers++
  const startedAt = performance.now()
  postgres = await ensurePostgres({ folder })
  restartMs.push(performance.now() - startedAt)
}

for (let kill = 0; kill < KILLS; kill++) {
  const work = [promoteOnce(kill), promoteOnce(kill + 1), advanceRollouts(rig.control.ctx), pollAll()]
  await sleep((SPREAD_MS * ((kill * 37) % 100)) / 100)
  if (kill % SERVER_EVERY === SERVER_EVERY - 1) await killServer()
  else {
    const killer = await openKiller(postgres.url)
    count.cut += await killer.kill()
    await killer[Symbol.asyncDispose]()
  }
  await Promise.allSettled(work)
  const killer = await openKiller(postgres.url)
  damage.push(...(await killer.damage(rig.control.ctx.signer.publicKey)))
  if (kill === KILLS - 1)
    damage.push(...(await killer.unknown(given)).map((jws) => `unknown manifest ${jws}`))
  await killer[Symbol.asyncDispose]()
}

await fleet.turn(3)
const last = await fleet.promote({ stages: [{ share: 0.5 }, {}], replace: true })
await fleet.turn(6)
const serving = fleet.serving(last.deployment.id) + fleet.serving(last.deployment.id, 'edge')
const { rows } = await rig.control.database.pool.query(
  'select (select count(*) from deployments) d, (select count(*) from manifests) m, (select count(*) from staged_rollouts) s',
)
await rig[Symbol.asyncDispose]()
await postgres.stop()
await rm(folder, { recursive: true, force: true })

console.log(
  `kills                ${KILLS}: ${count.cut} connections cut, server killed ${count.servers} times`,
)
console.log(`back after           ${restartMs.map((ms) => Math.round(ms)).join(', ')} ms`)
console.log(
  `promotions           ${count.promoted} done, ${count.conflicts} conflicts, ${count.failed} failed`,
)
console.log(`polls                ${count.polls} done, ${count.pollsFailed} failed`)
console.log(
  `rows                 ${rows[0].d} deployments, ${rows[0].s} staged rollouts, ${rows[0].m} manifests`,
)
console.log(`manifests given      ${given.size}, ${unknown.length} of them no row`)
console.log(`damage               ${damage.length === 0 ? 'none' : damage.join('\n')}`)
console.log(`the next promotion   ${serving} of ${LOCAL + EDGE} devices serve it`)
if (damage.length > 0 || unknown.length > 0 || serving !== LOCAL + EDGE) process.exitCode = 1
