// What runs here, for `tandem doctor` and for whoever reports a fault: versions, and the clock that tokens are judged by.

import { readFileSync } from 'node:fs'
import { readMigrations } from '#db/migrate.ts'
import { databaseFacts } from '#db/queries/system.ts'
import { query, router } from '../trpc.ts'

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

export const systemRouter = router({
  info: query.query(async ({ ctx }) => ({
    version,
    nodeVersion: process.versions.node,
    ...(await databaseFacts(ctx.db)),
    /** Of this build; a database with more was migrated by a newer one. */
    migrationsKnown: (await readMigrations()).length,
    at: new Date().toISOString(),
  })),
})
