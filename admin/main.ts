// The control plane as a process: `npm run control`. Prints where it listens, stops on SIGINT and SIGTERM, and
// when the parent that started it is gone.

import { runMain } from '#platform/run-main.ts'
import { loadSettings } from '#platform/settings/load-settings.ts'
import { untilStopped } from '#platform/until-stopped.ts'
import { readControlConfig } from './config.ts'
import { startControlPlane } from './wire.ts'

await runMain(async () => {
  const stopped = untilStopped()
  const control = await startControlPlane(readControlConfig(loadSettings(process.env).env))
  process.send?.({ ready: control.url })
  await stopped
  await control[Symbol.asyncDispose]()
})
