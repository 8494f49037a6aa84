// Backups as a process of its own, beside the control plane and on its settings: `tandem db` starts it, since the CLI
// speaks to control planes alone and a restore needs one that is not running. An embedded server that runs already is
// used and left running.

import { existsSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { ensurePostgres } from '#db/embedded-postgres/ensure-postgres.ts'
import { runMain } from '#platform/run-main.ts'
import { loadSettings } from '#platform/settings/load-settings.ts'
import { readControlConfig } from '../config.ts'
import { backUp, type DatabaseTask, restore, verify } from './database-tasks.ts'

const TASKS: Record<string, (task: DatabaseTask) => Promise<void>> = { backup: backUp, restore, verify }

await runMain(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      home: { type: 'string' },
      artifacts: { type: 'boolean', default: false },
      force: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  const [name = '', file = ''] = positionals
  const { env } = loadSettings(process.env)
  if (values.home !== undefined) env.TANDEM_HOME = values.home
  const config = readControlConfig(env)
  const task = { ...values, file: path.resolve(file), home: config.home, bucket: config.bucket }
  if (name === 'verify') return verify({ ...task, url: '' })
  if (config.databaseUrl !== undefined) return TASKS[name]!({ ...task, url: config.databaseUrl })
  const folder = path.join(config.home, 'postgres')
  if (name === 'backup' && !existsSync(path.join(folder, 'cluster')))
    throw new Error(
      `Cannot back up database: "${folder}" has none, expected the home of a control plane (--home) or DATABASE_URL`,
    )
  const postgres = await ensurePostgres({ folder })
  try {
    await TASKS[name]!({ ...task, url: postgres.url })
  } finally {
    if (postgres.how !== 'adopted') await postgres.stop()
  }
})
