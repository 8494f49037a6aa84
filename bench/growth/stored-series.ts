// What an admin waits for where profiles lie in a real PostgreSQL: reading the packed outcomes of all models, both
// algorithms, and the stored answer, through the API; against images and against models. Beside it what a restore or an
// import waits for: COPY of the outcomes of one device.

import path from 'node:path'
import { connect } from '#db/connect.ts'
import { ensurePostgres } from '#db/embedded-postgres/ensure-postgres.ts'
import { migrateDatabase } from '#db/migrate.ts'
import { openControl } from '#test/admin/control-rig.ts'
import { tempFolder } from '#test/harness/temp-folder.ts'
import type { BenchOptions } from '../bench-line.ts'
import { fillAround, loadProfiles, type StoredSize } from '../control/stored-profiles.ts'
import type { Series } from './cost-growth.ts'

const SELECTIONS = 5

interface Cost {
  readonly loadS: number
  readonly selectS: number
}

export async function storedSeries({ quick }: BenchOptions): Promise<Series[]> {
  const images = quick ? [500, 1_000, 2_000] : [1_000, 3_000, 10_000, 30_000, 50_000]
  const models = quick ? [2, 4, 6] : [2, 4, 8, 12]
  const at = quick ? 1_000 : 10_000
  await using folder = await tempFolder('growth')
  const postgres = await ensurePostgres({ folder: path.join(folder.path, 'postgres') })
  try {
    const measure = async (sizes: readonly StoredSize[]): Promise<Cost[]> => {
      const costs: Cost[] = []
      for (const size of sizes) costs.push(await costOf(postgres.url, size))
      return costs
    }
    const byImages = await measure(images.map((n) => ({ models: 12, images: n })))
    const byModels = await measure(models.map((n) => ({ models: n, images: at })))
    const of = (
      what: string,
      against: 'images' | 'models',
      sizes: readonly number[],
      costs: readonly number[],
    ): Series => ({
      ...{ what, against, unit: 's' },
      points: sizes.map((size, i) => ({ size, cost: costs[i]! })),
    })
    return [
      of(
        'a selection over stored profiles',
        'images',
        images,
        byImages.map((c) => c.selectS),
      ),
      of(
        'profiles stored by COPY',
        'images',
        images,
        byImages.map((c) => c.loadS),
      ),
      of(
        'a selection over stored profiles',
        'models',
        models,
        byModels.map((c) => c.selectS),
      ),
      of(
        'profiles stored by COPY',
        'models',
        models,
        byModels.map((c) => c.loadS),
      ),
    ]
  } finally {
    await postgres.stop()
  }
}

/** In a database of its own. */
async function costOf(serverUrl: string, size: StoredSize): Promise<Cost> {
  const url = await freshDatabase(serverUrl)
  const database = connect(url)
  const labels = await fillAround(database, size)
  const loadS = await loadProfiles(database, labels, { device: 'local', models: size.models })
  await loadProfiles(database, labels, { device: 'edge', models: size.models })
  await database.pool.query('analyze')
  await database.close()
  await using control = await openControl({ url, drop: async () => undefined })
  const seconds: number[] = []
  for (let i = 0; i < SELECTIONS; i++) {
    const startedMs = performance.now()
    await control.admin.selections.create.mutate({ dataset: 'images' })
    seconds.push((performance.now() - startedMs) / 1_000)
  }
  return { loadS, selectS: Math.min(...seconds) }
}

let databases = 0

/** Migrated, of a name of its own. */
export async function freshDatabase(serverUrl: string): Promise<string> {
  const name = `growth_${++databases}`
  const server = connect(serverUrl)
  await server.pool.query(`create database ${name}`)
  await server.close()
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  await migrateDatabase(url.href)
  return url.href
}
