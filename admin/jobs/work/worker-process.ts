// Where a worker process is put together: database, artifacts, and all that goes on by itself. The embedded database
// belongs to its control plane: a worker uses the one that runs, and starts and stops none.

import path from 'node:path'
import { pino } from 'pino'
import { connect } from '#db/connect.ts'
import { clusterPaths } from '#db/embedded-postgres/cluster-paths.ts'
import { serverState } from '#db/embedded-postgres/server-state.ts'
import { migrateDatabase } from '#db/migrate.ts'
import { openStores } from '../../artifacts/open-stores.ts'
import type { ControlConfig } from '../../config.ts'
import { startWork } from './start-work.ts'

export async function startWorkerProcess(config: ControlConfig): Promise<AsyncDisposable> {
  const log = pino({ level: config.logLevel, base: { part: 'jobs' } })
  const url = config.databaseUrl ?? (await runningDatabase(path.join(config.home, 'postgres')))
  await migrateDatabase(url)
  const database = connect(url)
  const closers: (() => PromiseLike<unknown>)[] = [() => database.close()]
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const stores = await openStores(config.home, config.bucket)
    closers.push(() => stores[Symbol.asyncDispose]())
    const ctx = { db: database.db, artifacts: stores.artifacts, log }
    const places = config.jobWorkers ?? 1
    const work = await startWork(ctx, { ...config, places })
    closers.push(() => work[Symbol.asyncDispose]())
    log.info({ places }, 'worker up')
    return { [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}

async function runningDatabase(folder: string): Promise<string> {
  const seen = await serverState(clusterPaths(folder))
  if (seen.state === 'ready') return seen.url
  throw new Error(
    `Cannot work on jobs: no database runs in "${folder}", expected its control plane to run (npm run control), or DATABASE_URL`,
  )
}
