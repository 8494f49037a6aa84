// What is done to the fleet, one fault a minute, in turns: every process is killed, the edge falls silent, the database
// goes in three ways, and deployments change meanwhile. Each resolves when the fault is over; whether all is well again
// is asked from outside (`isWell`).

import { setTimeout as sleep } from 'node:timers/promises'
import { openKiller } from '#test/admin/kill-postgres.ts'
import type { DeviceName, Fleet } from '#test/harness/fleet.ts'
import { processTree, type Role } from '../serve/rig/process-tree.ts'
import type { SoakFleet } from './soak-fleet.ts'

export interface Fault {
  readonly name: string
  run(soak: SoakFleet): Promise<unknown>
}

const EDGE_AWAY_MS = 5_000
const SILENT_MS = 10_000
const STARTS_MAX = 5

export const FAULTS: readonly Fault[] = [
  { name: 'edge killed, away for 5 s', run: (soak) => killEdge(soak) },
  { name: "function's workerd killed", run: ({ fleet }) => killBelow(fleet.process('pi').pid, 'workerd') },
  { name: 'edge silent for 10 s', run: silence },
  { name: 'promotion', run: (soak) => promote(soak, false) },
  { name: 'database restarted', run: ({ restartPostgres }) => restartPostgres('SIGINT') },
  { name: "worker's vision killed", run: ({ fleet }) => killBelow(fleet.process('pi').pid, 'vision') },
  { name: 'promotion by stages', run: (soak) => promote(soak, true) },
  { name: 'control plane killed', run: killControl },
  { name: 'database connections cut', run: cutConnections },
  { name: 'worker killed', run: killWorker },
  { name: "edge's vision killed", run: ({ fleet }) => killBelow(fleet.process('tx2').pid, 'vision') },
  { name: 'database stopped at once', run: ({ restartPostgres }) => restartPostgres('SIGQUIT') },
]

/** One that is not up within a minute is killed and started anew, as a supervisor would. */
async function startAgain(fleet: Fleet, name: DeviceName | 'control'): Promise<void> {
  for (let attempt = 1; ; attempt++)
    try {
      return await (name === 'control' ? fleet.startControl() : fleet.startDevice(name))
    } catch (error) {
      if (attempt === STARTS_MAX) throw error
      if (fleet.process(name).isAlive) await fleet.process(name).kill()
    }
}

async function killEdge({ fleet }: SoakFleet): Promise<void> {
  await fleet.process('tx2').kill()
  await sleep(EDGE_AWAY_MS)
  await startAgain(fleet, 'tx2')
}

async function killWorker({ fleet }: SoakFleet): Promise<void> {
  await fleet.process('pi').kill()
  await startAgain(fleet, 'pi')
}

async function killControl({ fleet }: SoakFleet): Promise<void> {
  await fleet.process('control').kill()
  await startAgain(fleet, 'control')
}

async function killBelow(root: number, role: Role): Promise<void> {
  const target = (await processTree(root)).find((one) => one.role === role)
  if (target) process.kill(target.pid, 'SIGKILL')
}

/** Stopped and not ended: its sockets take connections and bytes, and nothing comes back. */
async function silence({ fleet }: SoakFleet): Promise<void> {
  const tree = await processTree(fleet.process('tx2').pid)
  const all = (signal: NodeJS.Signals) => {
    for (const { pid } of tree) process.kill(pid, signal)
  }
  all('SIGSTOP')
  await sleep(SILENT_MS)
  all('SIGCONT')
}

async function cutConnections({ databaseUrl }: SoakFleet): Promise<void> {
  await using killer = await openKiller(databaseUrl)
  await killer.kill()
}

let promotions = 0

/** The other router than before, so that models and routers are told apart; no bound sends it back. */
async function promote({ fleet, routers }: SoakFleet, byStages: boolean): Promise<void> {
  const router = routers[++promotions % routers.length]!
  await fleet.api.trpc.rollouts.promote.mutate({
    router,
    override: 'a soak promotes whatever comes',
    replace: true,
    policy: { auditShare: 0.02, edgeDeadlineMs: 1_500 + (promotions % 5) * 100 },
    ...(byStages ? { stages: [{ devices: ['pi'], soakS: 5 }, {}] } : {}),
  })
}

/** All three processes answer, and the control plane reaches its database. */
export async function isWell({ fleet }: SoakFleet): Promise<boolean> {
  const urls = [`${fleet.url('pi')}/readyz`, `${fleet.url('tx2')}/readyz`, `${fleet.controlUrl}/healthz`]
  const isOk = (url: string) =>
    fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
      (answer) => answer.ok,
      () => false,
    )
  const ready = await Promise.all(urls.map(isOk))
  if (!ready.every(Boolean)) return false
  return fleet.api.trpc.devices.list.query({ limit: 1 }).then(
    () => true,
    () => false,
  )
}
