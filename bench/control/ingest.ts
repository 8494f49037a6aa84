// `npm run bench -- ingest`: how many decisions a second devices can hand in, over HTTP to the control plane's own
// process and into its embedded PostgreSQL, acknowledged after the commit. Beside it the least that storing can cost: a
// bare COPY of as many rows into the same partitioned table with its indexes, in one transaction, from one connection.
// They take turns.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type Cell, copyRows } from '#db/copy-rows.ts'
import type { BenchLine } from '../bench-line.ts'
import { insertFleet } from '../fleet/pollers-plane.ts'
import { postgresUsage, processUsage } from '../fleet/pollers-usage.ts'
import { writeSection } from '../serve/rig/results.ts'
import { spreadOf, told } from '../serve/rig/rounds.ts'
import { type BenchPlane, openBenchPlane } from './bench-plane.ts'
import { CONTROL } from './control-results.ts'
import type { IngestCommand, IngestLook } from './ingest-load.ts'

const DEVICES = 24
const TURNS = 5
/** As agents send them. */
const PER_BATCH = 1_000
const BATCHES = 5
const PER_TURN = DEVICES * BATCHES * PER_BATCH
/** Decisions a second: a thousand cameras that look twenty times a second. */
const BAR = 20_000

interface Turn {
  readonly ingest: IngestLook
  readonly controlS: number
  readonly postgresS: number
  readonly copyS: number
}

export async function benchIngest(): Promise<BenchLine[]> {
  await using plane = await openBenchPlane('ingest')
  const { database } = plane
  const fleet = await insertFleet(
    { control: { database } },
    { devices: DEVICES, groups: 4, edgesPerGroup: 0 },
  )
  const file = path.join(plane.folder, 'fleet.json')
  await writeFile(file, JSON.stringify(fleet))
  const load = fork(path.join(import.meta.dirname, 'ingest-load.ts'), [plane.url, file], {
    execArgv: ['--import', 'tsx'],
  })
  try {
    await once(load, 'message')
    const send = async (command: IngestCommand): Promise<IngestLook> => {
      load.send(command)
      return ((await once(load, 'message')) as [IngestLook])[0]
    }
    await send({ batches: 1, perBatch: PER_BATCH })
    const turns: Turn[] = []
    for (let turn = 0; turn < TURNS; turn++) turns.push(await takeTurn(plane, send, turn))
    await expectAll(plane, DEVICES * PER_BATCH + TURNS * PER_TURN)
    return await report(turns)
  } finally {
    load.disconnect()
  }
}

async function takeTurn(
  plane: BenchPlane,
  send: (command: IngestCommand) => Promise<IngestLook>,
  turn: number,
): Promise<Turn> {
  const usage = () =>
    [processUsage(plane.pids.control).cpuS, postgresUsage(plane.pids.postgres).cpuS] as const
  const before = usage()
  const ingest = await send({ batches: BATCHES, perBatch: PER_BATCH })
  const after = usage()
  if (ingest.misled > 0)
    throw new Error(
      `Cannot measure ingest: ${ingest.misled} answers were wrong ${JSON.stringify(ingest.statuses)}`,
    )
  return {
    ingest,
    controlS: after[0] - before[0],
    postgresS: after[1] - before[1],
    copyS: await copyAsMany(plane, turn),
  }
}

const COLUMNS = `decisions (device_id, sequence, at, deployment_id, tier, label, score, router, router_version,
  router_score, threshold, reason, total_ms, energy_j, by_fallback, request_id, preference, arrived_at)`

async function copyAsMany({ database }: BenchPlane, turn: number): Promise<number> {
  const at = new Date().toISOString()
  const row = (i: number): Cell[] => [
    ...[`bare_${i % DEVICES}`, turn * PER_TURN + i, at, 'dep_0123456789abcdef0123'],
    ...[i % 5 === 0 ? 'edge' : 'local', i % 1_000, 0.1 + ((i * 0.618) % 0.9), 'confidence', 3],
    ...[(i * 0.414) % 1, 0.612, 'routed', 8 + ((i * 7.31) % 90), 0.02 + ((i * 0.0173) % 0.4), false],
    ...[`request-${i}-0123456789abcdef`, 'balanced', null],
  ]
  const rows = Array.from({ length: PER_TURN }, (_, i) => row(i))
  const begin = performance.now()
  await database.db.transaction((tx) => copyRows(tx, COLUMNS, rows))
  return (performance.now() - begin) / 1_000
}

async function expectAll({ database }: BenchPlane, count: number): Promise<void> {
  const { rows } = await database.pool.query(
    `select count(*)::int as count, count(distinct (device_id, sequence))::int as distinct,
      (select sum(images)::int from (select images from decision_hours union all select images from decision_deltas) s)
        as summed from decisions where device_id like 'dev%'`,
  )
  const { count: stored, distinct, summed } = rows[0]
  if (stored !== count || distinct !== count || summed !== count)
    throw new Error(
      `Cannot measure ingest: ${stored} rows, ${distinct} apart, ${summed} in sums, expected ${count}`,
    )
}

async function report(turns: readonly Turn[]): Promise<BenchLine[]> {
  const perS = turns.map(({ ingest }) => ingest.decisions / ingest.seconds)
  const copied = turns.map(({ copyS }) => PER_TURN / copyS)
  const ofCopy = spreadOf(perS.map((rate, i) => rate / copied[i]!))
  const cpu = (of: (turn: Turn) => number) => told(spreadOf(turns.map((t) => (of(t) / PER_TURN) * 1e6)), 1)
  const spread = spreadOf(perS)
  await writeSection(
    {
      title: 'Decisions in',
      command: 'npm run bench -- ingest',
      how:
        `${DEVICES} devices, each over a connection of its own, hand in batches of ${PER_BATCH} decisions without a ` +
        `pause; ${TURNS} turns of ${PER_TURN}, in turn with a bare COPY of as many rows into the same table. Medians ` +
        '(least to most). All were stored once and are in the hourly sums.',
      rows: [
        ['', 'decisions/s', 'CPU us each, control plane', 'PostgreSQL', 'p50, p99 ms an upload'],
        [
          'over HTTP, acknowledged',
          told(spread, 0),
          cpu((t) => t.controlS),
          cpu((t) => t.postgresS),
          `${spreadOf(turns.map((t) => t.ingest.p50Ms)).median.toFixed(0)}, ${spreadOf(turns.map((t) => t.ingest.p99Ms)).median.toFixed(0)}`,
        ],
        ['bare COPY', told(spreadOf(copied), 0), '', '', ''],
        ['share of it', told(ofCopy), '', '', ''],
      ],
    },
    CONTROL,
  )
  return [
    {
      name: 'ingest, 20,000 decisions/s over measured',
      ratio: BAR / spread.median,
      bar: 1,
      spread: { least: BAR / spread.most, most: BAR / spread.least },
      detail: `${told(spread, 0)} decisions/s, ${told(ofCopy)} of a bare COPY`,
    },
  ]
}
