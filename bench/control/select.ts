// How long does an admin wait for a selection? Twelve models on 50,000 images, profiled on two devices as rows of a real
// PostgreSQL with fsync on: how much room the outcomes take, how long COPY brings them in, and how long both algorithms
// take from the first query to the stored answer, over the API. The outcomes are made up, with shares as in
// bench/evaluation.ts and doubles that compress no better than measured ones.

import path from 'node:path'
import { restoreBackup } from '#db/backup/restore-backup.ts'
import { writeBackup } from '#db/backup/write-backup.ts'
import { connect, type Database } from '#db/connect.ts'
import { ensurePostgres } from '#db/embedded-postgres/ensure-postgres.ts'
import { migrateDatabase } from '#db/migrate.ts'
import { openControl } from '#test/admin/control-rig.ts'
import { tempFolder } from '#test/harness/temp-folder.ts'
import type { BenchLine } from '../bench-line.ts'
import { fillAround, loadProfiles } from './stored-profiles.ts'

const MODELS = 12
const IMAGES = 50_000
const SIZE_BUDGET_BYTES = 100e6
/** "Seconds": a person who restores or imports waits for it. */
const LOAD_BUDGET_S = 10
const SELECT_BUDGET_S = 1
/** The fastest of so many counts: what else the machine does is in all others. */
const SELECTIONS = 9

export async function benchSelect(): Promise<BenchLine[]> {
  await using folder = await tempFolder('bench-select')
  const postgres = await ensurePostgres({ folder: path.join(folder.path, 'postgres') })
  try {
    await migrateDatabase(postgres.url)
    const database = connect(postgres.url)
    const labels = await fillAround(database, { models: MODELS, images: IMAGES })
    const loadS = await loadProfiles(database, labels, { device: 'local', models: MODELS })
    const bytes = await sizeOf(database)
    await loadProfiles(database, labels, { device: 'edge', models: MODELS })
    await database.pool.query('analyze')
    await database.close()
    const lines = linesOf({ loadS, bytes, selectS: await selectSeconds(postgres.url) })
    return [...lines, await backupLine(postgres.url, folder.path)]
  } finally {
    await postgres.stop()
  }
}

function linesOf(measured: { loadS: number; bytes: number; selectS: readonly number[] }): BenchLine[] {
  const { loadS, bytes, selectS } = measured
  const fastest = Math.min(...selectS)
  const what = `select: ${MODELS} models x ${IMAGES} images`
  return [
    {
      name: `${what}, stored`,
      ratio: bytes / SIZE_BUDGET_BYTES,
      bar: 1,
      detail: `${(bytes / 1e6).toFixed(1)} MB of ${SIZE_BUDGET_BYTES / 1e6} MB, table and index`,
    },
    {
      name: `${what}, by COPY`,
      ratio: loadS / LOAD_BUDGET_S,
      bar: 1,
      detail: `${loadS.toFixed(2)} s of ${LOAD_BUDGET_S} s, packing included`,
    },
    {
      name: `${what}, on two devices, selected`,
      ratio: fastest / SELECT_BUDGET_S,
      bar: 1,
      detail: `${fastest.toFixed(2)} s of ${SELECT_BUDGET_S} s, the fastest of ${selectS.map((s) => s.toFixed(2)).join(', ')}: read, computed, stored`,
    },
  ]
}

/** How long the same takes as a file and back into another database of the same server; nobody waits for it. */
async function backupLine(url: string, folder: string): Promise<BenchLine> {
  const database = connect(url)
  await database.pool.query('create database copy')
  const { rows } = await database.pool.query('select pg_database_size(current_database())::float8 as bytes')
  await database.close()
  const file = path.join(folder, 'backup')
  const startedMs = performance.now()
  const { sizeBytes } = await writeBackup({ url, file })
  const writtenMs = performance.now()
  const copy = new URL(url)
  copy.pathname = '/copy'
  await restoreBackup({ url: copy.href, file })
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`
  return {
    name: 'backup and restore of it all',
    ratio: Number.NaN,
    bar: Number.NaN,
    detail: `${megabytes(rows[0].bytes)} as ${megabytes(sizeBytes)} in ${seconds(writtenMs - startedMs)}, back in ${seconds(performance.now() - writtenMs)}`,
  }
}

async function sizeOf({ pool }: Database): Promise<number> {
  const { rows } = await pool.query(`select pg_total_relation_size('outcome_chunks')::float8 as bytes`)
  return rows[0].bytes
}

async function selectSeconds(url: string): Promise<number[]> {
  await using control = await openControl({ url, drop: async () => undefined })
  const seconds: number[] = []
  for (let i = 0; i < SELECTIONS; i++) {
    const started = performance.now()
    const { result } = await control.admin.selections.create.mutate({ dataset: 'images' })
    seconds.push((performance.now() - started) / 1_000)
    if (!result.ok) throw new Error(result.reasons.join(' '))
  }
  return seconds
}
