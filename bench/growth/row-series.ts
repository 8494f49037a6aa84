// What the lists and figures of the console and the CLI cost as rows grow: devices with few decisions, then decisions of
// few devices, each in a database of its own, asked through the API. The middle of several counts.

import path from 'node:path'
import { BUCKETS } from '#core/observe/log-histogram.ts'
import { connect } from '#db/connect.ts'
import { ensurePostgres } from '#db/embedded-postgres/ensure-postgres.ts'
import { type AdminApi, openControl } from '#test/admin/control-rig.ts'
import { seedFleet } from '#test/db/decisions/seeded-fleet.ts'
import { tempFolder } from '#test/harness/temp-folder.ts'
import type { BenchOptions } from '../bench-line.ts'
import type { Series } from './cost-growth.ts'
import { freshDatabase } from './stored-series.ts'

const ASKED = 21
const DEVICES_PER_GROUP = 100
const FEW_DEVICES = 100

type Ask = (api: AdminApi) => Promise<unknown>

/** What the decisions add up to, as the transactions that store them and roll-ups leave it. */
const HOURS = `insert into decision_hours (hour, deployment_id, group_name, tier, reason, images, by_fallback,
    latency_sum_ms, energy_sum_j, latency_counts, energy_counts, audits, disagreed)
  select date_trunc('hour', at), deployment_id, d.group_name, c.tier, reason, count(*), 0, sum(total_ms), sum(energy_j),
    array_fill(1, array[$1::int]), array_fill(1, array[$1::int]), 0, 0
  from decisions c join devices d on d.id = c.device_id group by 1, 2, 3, 4, 5
  on conflict do nothing`

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString()

const OF_DEVICES: Readonly<Record<string, Ask>> = {
  'devices.list': (api) => api.devices.list.query({ limit: 50 }),
  'devices.list of a group': (api) => api.devices.list.query({ limit: 50, group: 'group-0000' }),
}
const OF_DECISIONS: Readonly<Record<string, Ask>> = {
  'decisions.list': (api) => api.decisions.list.query({}),
  'decisions.list for a rare reason': (api) => api.decisions.list.query({ reason: 'breaker-open' }),
  'decisions.figures of ten days': (api) =>
    api.decisions.figures.query({ from: hoursAgo(240), before: hoursAgo(0), by: 'day' }),
  'decisions.totals of a day': (api) => api.decisions.totals.query({ sinceHours: 24 }),
}

export async function rowSeries({ quick, large }: BenchOptions): Promise<Series[]> {
  const devices = quick ? [10, 100, 1_000] : [10, 100, 1_000, 10_000, 100_000]
  const decisions = quick
    ? [1_000, 10_000, 30_000]
    : [10_000, 100_000, 1_000_000, ...(large ? [10_000_000] : [])]
  await using folder = await tempFolder('growth')
  const postgres = await ensurePostgres({ folder: path.join(folder.path, 'postgres') })
  try {
    const byDevices = await timesAt(postgres.url, OF_DEVICES, devices, (n) => ({
      devices: n,
      groups: Math.max(1, Math.ceil(n / DEVICES_PER_GROUP)),
      decisions: 1_000,
    }))
    const byDecisions = await timesAt(postgres.url, OF_DECISIONS, decisions, (n) => ({
      devices: FEW_DEVICES,
      groups: 1,
      decisions: n,
    }))
    return [...seriesOf('devices', byDevices), ...seriesOf('decisions', byDecisions)]
  } finally {
    await postgres.stop()
  }
}

type Times = Map<string, { size: number; cost: number }[]>

const seriesOf = (against: 'devices' | 'decisions', times: Times): Series[] =>
  [...times].map(([what, points]) => ({ what, against, unit: 'ms', points }))

async function timesAt(
  serverUrl: string,
  asks: Readonly<Record<string, Ask>>,
  sizes: readonly number[],
  seedOf: (size: number) => Parameters<typeof seedFleet>[2],
): Promise<Times> {
  const times: Times = new Map(Object.keys(asks).map((name) => [name, []]))
  for (const size of sizes) {
    const seed = seedOf(size)
    console.error(`  ${seed.devices} devices, ${seed.decisions} decisions ...`)
    const url = await freshDatabase(serverUrl)
    const database = connect(url)
    await seedFleet(database.pool, database.db, seed)
    await database.pool.query(HOURS, [BUCKETS])
    await database.pool.query('analyze decision_hours')
    await database.close()
    await using control = await openControl({ url, drop: async () => undefined })
    for (const [name, ask] of Object.entries(asks))
      times.get(name)!.push({ size, cost: await middleMs(() => ask(control.admin)) })
  }
  return times
}

async function middleMs(ask: () => Promise<unknown>): Promise<number> {
  const ms: number[] = []
  for (let i = -3; i < ASKED; i++) {
    const startedMs = performance.now()
    await ask()
    if (i >= 0) ms.push(performance.now() - startedMs)
  }
  return ms.sort((a, b) => a - b)[ASKED >> 1]!
}
