// The Jetson TX2 worker: serves the heavy model of the pair (tier `edge`). `npm run tx2`.

import { runMain } from '#platform/run-main.ts'
import { loadSettings } from '#platform/settings/load-settings.ts'
import { untilStopped } from '#platform/until-stopped.ts'
import { readDeviceConfig } from '../config.ts'
import { startDevice } from '../run-device.ts'

await runMain(async () => {
  const stopped = untilStopped()
  const device = await startDevice(readDeviceConfig('edge', loadSettings(process.env).env), stopped)
  if (!device) return
  process.send?.({ ready: device.url })
  await stopped
  await device[Symbol.asyncDispose]()
})
