// The Raspberry Pi worker: serves the light model of the pair (tier `local`). `npm run pi`.

import { runMain } from '#platform/run-main.ts'
import { loadSettings } from '#platform/settings/load-settings.ts'
import { untilStopped } from '#platform/until-stopped.ts'
import { readDeviceConfig } from '../config.ts'
import { startDevice } from '../run-device.ts'

await runMain(async () => {
  const stopped = untilStopped()
  const device = await startDevice(readDeviceConfig('local', loadSettings(process.env).env), stopped)
  if (!device) return
  process.send?.({ ready: device.url })
  await stopped
  await device[Symbol.asyncDispose]()
})
