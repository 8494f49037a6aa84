// Where the control plane is put together: database, artifact store, signer, HTTP. Nothing else constructs them.

import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { createAdaptorServer, type ServerType } from '@hono/node-server'
import { pino } from 'pino'
import { connect } from '#db/connect.ts'
import { ensurePostgres } from '#db/embedded-postgres/ensure-postgres.ts'
import { migrateDatabase } from '#db/migrate.ts'
import { ensureAdminKey } from './api-key.ts'
import { controlApp } from './app.ts'
import { openStores } from './artifacts/open-stores.ts'
import { ensureSetUpCode } from './auth/one-time-code.ts'
import type { ControlConfig } from './config.ts'
import type { Context } from './context.ts'
import { sweepManifests } from './device/manifest-sweep.ts'
import { keepRetention } from './device/observe/capture-retention.ts'
import { ensureBuiltInFunction } from './jobs/built-in-function.ts'
import { startWork } from './jobs/work/start-work.ts'
import { openLive } from './live/live.ts'
import { openManifestSigner } from './manifest-signer.ts'

export interface ControlPlane extends AsyncDisposable {
  readonly url: string
  readonly adminKeyFile: string
  readonly database: 'external' | 'created' | 'started' | 'adopted'
}

/** Leaving, in the reverse order of coming. */
type Closer = () => Promise<unknown>

export async function startControlPlane(config: ControlConfig): Promise<ControlPlane> {
  const closers: Closer[] = []
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const log = pino({ level: config.logLevel, base: { part: 'control' } })
    const embedded =
      config.databaseUrl === undefined
        ? await ensurePostgres({ folder: path.join(config.home, 'postgres') })
        : undefined
    if (embedded) closers.push(() => embedded.stop())
    const url = config.databaseUrl ?? embedded!.url
    const { applied } = await migrateDatabase(url)
    const database = connect(url)
    closers.push(() => database.close())
    const stores = await openStores(config.home, config.bucket)
    closers.push(async () => stores[Symbol.asyncDispose]())
    const { artifacts, captures } = stores
    const signer = await openManifestSigner(config.home, config.signing)
    const { modelDomains, artifactGraceHours, uploadHours } = config
    const live = openLive(url, log)
    closers.push(async () => live[Symbol.asyncDispose]())
    const ctx: Context = {
      db: database.db,
      artifacts,
      captures,
      signer,
      log,
      live,
      modelDomains,
      artifactGraceHours,
      uploadHours,
    }
    const adminKeyFile = await ensureAdminKey(ctx.db, config.home)
    const setUpFile = await ensureSetUpCode(ctx.db, config.home)
    if (setUpFile) log.info({ file: setUpFile }, 'no user yet: the file has the one-time code for the first')
    await ensureBuiltInFunction(ctx)
    const work = await startWork(ctx, { ...config, places: config.jobWorkers ?? 1 })
    closers.push(async () => work[Symbol.asyncDispose]())
    const sweep = sweepManifests(ctx)
    closers.push(async () => sweep[Symbol.asyncDispose]())
    const retention = keepRetention(ctx, config.captureDays)
    closers.push(async () => retention[Symbol.asyncDispose]())
    const { server, port } = await listen(ctx, config)
    closers.push(() => stopServer(server))
    log.info({ port, migrations: applied, database: embedded?.how ?? 'external' }, 'control plane up')
    return {
      url: `http://${config.host}:${port}`,
      adminKeyFile,
      database: embedded?.how ?? 'external',
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Devices that all come back at once: one more than wait is not heard, and tries again after a second. */
const BACKLOG = 4_096

function listen(ctx: Context, config: ControlConfig): Promise<{ server: ServerType; port: number }> {
  return new Promise((resolve, reject) => {
    const app = controlApp(ctx, { ...config.auth, consoleFolder: path.join(config.home, 'console') })
    const server = createAdaptorServer({ fetch: app.fetch })
    server.once('error', reject)
    server.listen({ port: config.port, host: config.host, backlog: BACKLOG }, () =>
      resolve({ server, port: (server.address() as AddressInfo).port }),
    )
  })
}

/** Long polls would hold the server open for half a minute: they are cut, devices simply poll again. */
function stopServer(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    if ('closeAllConnections' in server) server.closeAllConnections()
  })
}
