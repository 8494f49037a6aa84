// Two control planes and a worker on one database: housekeeping is asked for once, one of them drives the rollouts, and
// when it is killed another does; jobs that a control plane took go on without it.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { openApi } from '#admin/client/api.ts'
import { waitForWork } from '#admin/client/work.ts'
import { Process } from '#test/harness/process.ts'
import { until } from '#test/harness/until.ts'
import { WorkerRig } from './worker-rig.ts'

let rig: WorkerRig
beforeAll(async () => {
  rig = await WorkerRig.open()
}, 120_000)
afterAll(() => rig?.[Symbol.asyncDispose]())

const rows = async (sql: string) => (await rig.control.database.pool.query(sql)).rows
const pidOf = (holder: string) => Number(holder.split(':')[1])

test('whoever is killed, the other goes on', { timeout: 180_000 }, async () => {
  const env = {
    TANDEM_HOME: rig.control.home,
    TANDEM_PORT: '0',
    DATABASE_URL: rig.control.databaseUrl,
    TANDEM_JOB_WORKERS: '0',
  }
  const planes = [new Process({ entry: 'admin/main.ts', env }), new Process({ entry: 'admin/main.ts', env })]
  try {
    const urls = await Promise.all(planes.map((plane) => plane.ready()))
    const apis = await Promise.all(
      urls.map((url) => openApi({ url, home: rig.control.home, key: rig.control.keys.admin })),
    )
    // Asked for at one, waited for at the other, computed by neither.
    const { id } = await apis[0]!.trpc.routers.train.mutate({ kind: 'confidence', folds: 2 })
    expect(await rig.job(id)).toMatchObject({ state: 'queued' })
    await rig.startWorker()
    expect(await waitForWork(apis[1]!, id)).toMatchObject({ state: 'done', attempt: 1 })

    // Of chores that are due once in an hour or more none was asked for twice, of three processes.
    const chores = await until('housekeeping was asked for', async () => {
      const found = await rows(`select kind, count(*)::int as n from jobs
        where kind in ('decision-retention', 'artifact-collection') group by kind order by kind`)
      return found.length === 2 && found
    })
    expect(chores.map(({ n }) => n)).toEqual([1, 1])

    const holder = async () =>
      (await rows(`select holder from leases where name = 'rollouts' and until > now()`))[0]?.holder as string
    const first = await until('somebody drives the rollouts', holder)
    const killed = planes.find((plane) => plane.pid === pidOf(first))
    await (killed ? killed.kill('SIGKILL') : rig.stopWorkers())
    const next = await until('somebody else drives them', async () => {
      const now = await holder()
      return now !== undefined && now !== first && now
    })
    expect(pidOf(next)).not.toBe(pidOf(first))
  } finally {
    for (const plane of planes) await plane[Symbol.asyncDispose]()
  }
})
