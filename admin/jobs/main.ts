// A pipeline worker as a process: `npm run jobs`, or `tandem jobs work`. It shares the jobs of a database with the
// control planes and with other workers, on this machine or on others. Reads the settings of a control plane (where
// the database is and where artifacts are); of those, TANDEM_JOB_WORKERS is how many computations it has at once.
// Stops on SIGINT and SIGTERM, and gives back what it was at.

import { runMain } from '#platform/run-main.ts'
import { loadSettings } from '#platform/settings/load-settings.ts'
import { untilStopped } from '#platform/until-stopped.ts'
import { readControlConfig } from '../config.ts'
import { startWorkerProcess } from './work/worker-process.ts'

await runMain(async () => {
  const stopped = untilStopped()
  await using _worker = await startWorkerProcess(readControlConfig(loadSettings(process.env).env))
  process.send?.({ ready: String(process.pid) })
  await stopped
})
