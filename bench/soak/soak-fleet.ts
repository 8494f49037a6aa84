// The processes of the soak: control plane, pi and tx2 as in the field (their own entries, HTTP, keys, signed manifests,
// ONNX models of the demo world) and an embedded PostgreSQL with fsync on that is nobody's child, so that it can be
// stopped under the control plane. Beside them a few devices that only poll and report.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { connect } from '#db/connect.ts'
import { type EmbeddedPostgres, ensurePostgres } from '#db/embedded-postgres/ensure-postgres.ts'
import type { Fleet } from '#test/harness/fleet.ts'
import { tempFolder } from '#test/harness/temp-folder.ts'
import { until } from '#test/harness/until.ts'
import { observedFleet } from '#test/workers/observe/observed-fleet.ts'
import type { LoadCommand, LoadLook } from '../fleet/pollers-load.ts'
import { insertFleet } from '../fleet/pollers-plane.ts'

export const POLLERS = 40
const STOPPED_MAX_MS = 60_000

export interface SoakFleet extends AsyncDisposable {
  readonly fleet: Fleet
  readonly images: readonly Buffer[]
  readonly databaseUrl: string
  /** Routers that may be promoted. */
  readonly routers: readonly string[]
  postgresPid(): number
  /** Stops the server by a signal and starts it again. */
  restartPostgres(signal: NodeJS.Signals): Promise<void>
  /** What the polling devices have seen since the last look. */
  polled(): Promise<LoadLook>
}

export async function openSoakFleet(): Promise<SoakFleet> {
  const folder = await tempFolder('soak')
  const at = { folder: path.join(folder.path, 'postgres') }
  let postgres: EmbeddedPostgres = await ensurePostgres(at)
  const settings = { LOG_LEVEL: 'warn' }
  const observed = await observedFleet(postgres.url, settings)
  const routers: string[] = []
  for (const target of [0.3, 0.5])
    routers.push((await observed.promote({ auditShare: 0.02 }, target)).router.id)
  const pollers = await startPollers(observed.fleet, postgres.url, folder.path)
  return {
    ...{ fleet: observed.fleet, images: observed.images, databaseUrl: postgres.url, routers },
    postgresPid: () => postgres.pid,
    async restartPostgres(signal) {
      const { pid } = postgres
      process.kill(pid, signal)
      await until('PostgreSQL has stopped', () => !isAlive(pid), STOPPED_MAX_MS)
      postgres = await ensurePostgres(at)
    },
    polled: () => tell(pollers, { do: 'look' }),
    async [Symbol.asyncDispose]() {
      pollers.disconnect()
      await observed[Symbol.asyncDispose]()
      await postgres.stop()
      await folder[Symbol.asyncDispose]()
    },
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** They are of groups of their own, to which nothing is promoted. */
async function startPollers(fleet: Fleet, databaseUrl: string, folder: string): Promise<ChildProcess> {
  const database = connect(databaseUrl)
  const size = { devices: POLLERS, groups: 4, edgesPerGroup: 1 }
  const specs = await insertFleet({ control: { database } }, size)
  await database.close()
  const file = path.join(folder, 'pollers.json')
  await writeFile(file, JSON.stringify(specs))
  const child = fork(path.join(import.meta.dirname, '../fleet/pollers-load.ts'), [fleet.controlUrl, file], {
    execArgv: ['--import', 'tsx'],
  })
  await once(child, 'message')
  await tell(child, { do: 'hold', rampS: 5, jobs: 'tell' })
  return child
}

async function tell(child: ChildProcess, command: LoadCommand): Promise<LoadLook> {
  child.send(command)
  return ((await once(child, 'message')) as [LoadLook])[0]
}
