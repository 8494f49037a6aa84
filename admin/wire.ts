// Where the control plane is put together: database, artifact store, signer, HTTP. Nothing else constructs them.

import path from 'node:path'
import { type ServerType, serve } from '@hono/node-server'
import { pino } from 'pino'
import { connect } from '#db/connect.ts'
import { ensurePostgres } from '#db/embedded-postgres/ensure-postgres.ts'
import { migrateDatabase } from '#db/migrate.ts'
import { ArtifactStore } from '#platform/artifact-store.ts'
import { ensureAdminKey } from './api-key.ts'
import { controlApp } from './app.ts'
import type { ControlConfig } from './config.ts'
import type { Context } from './context.ts'
import { sweepManifests } from './device/manifest-sweep.ts'
import { keepRetention } from './device/observe/capture-retention.ts'
import { ensureBuiltInFunction } from './jobs/built-in-function.ts'
import { endAbandonedEvaluations } from './jobs/evaluate.ts'
import { driveRollouts } from './jobs/rollout-driver.ts'
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
    const artifacts = new ArtifactStore(path.join(config.home, 'artifacts'))
    await artifacts.sweep()
    const captures = new ArtifactStore(path.join(config.home, 'captures'))
    await captures.sweep()
    const signer = await openManifestSigner(config.home, config.signing)
    const ctx: Context = { db: database.db, artifacts, captures, signer, log }
    const adminKeyFile = await ensureAdminKey(ctx.db, config.home)
    await ensureBuiltInFunction(ctx)
    await endAbandonedEvaluations(ctx)
    const driver = driveRollouts(ctx)
    closers.push(async () => driver[Symbol.asyncDispose]())
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

function listen(ctx: Context, config: ControlConfig): Promise<{ server: ServerType; port: number }> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: controlApp(ctx).fetch, port: config.port, hostname: config.host }, (info) =>
      resolve({ server, port: info.port }),
    )
    server.once('error', reject)
  })
}

/** Long polls would hold the server open for half a minute: they are cut, devices simply poll again. */
function stopServer(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    if ('closeAllConnections' in server) server.closeAllConnections()
  })
}
