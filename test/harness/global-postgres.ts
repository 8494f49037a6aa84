// One PostgreSQL for a whole test run, in a folder of its own that goes with it. fsync is off: these tests are
// about what the server does, not about what a power cut leaves.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { ensurePostgres } from '#db/embedded-postgres/ensure-postgres.ts'
import { isAlive } from '#db/embedded-postgres/postmaster-pid.ts'
import { stopPostgres } from '#db/embedded-postgres/stop-postmaster.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string
  }
}

const PREFIX = 'tandem-test-server-'

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await sweepKilledRuns()
  const folder = newServerFolder()
  const postgres = await ensurePostgres({ folder, flags: ['-c', 'fsync=off', '-c', 'max_connections=200'] })
  project.provide('postgresUrl', postgres.url)
  return async () => {
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** For a server of a test's own: the next run stops what a killed one left in it. */
export function newServerFolder(): string {
  return mkdtempSync(path.join(os.tmpdir(), `${PREFIX}${process.pid}-`))
}

/** A run that was killed leaves its server behind, by design; its folder's name says who made it. */
async function sweepKilledRuns(): Promise<void> {
  for (const name of readdirSync(os.tmpdir())) {
    const maker = name.startsWith(PREFIX) ? Number.parseInt(name.slice(PREFIX.length), 10) : undefined
    if (!maker || isAlive(maker)) continue
    const folder = path.join(os.tmpdir(), name)
    await stopPostgres(folder)
    rmSync(folder, { recursive: true, force: true })
  }
}
