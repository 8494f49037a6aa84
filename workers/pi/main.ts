// The Raspberry Pi worker: serves the light model of the pair (tier `local`). `npm run pi`.

import { untilStopped } from '#platform/until-stopped.ts'
import { readDeviceConfig } from '../config.ts'
import { startDevice } from '../run-device.ts'

const stopped = untilStopped()
const device = await startDevice(readDeviceConfig('local', process.env))
process.send?.({ ready: device.url })
await stopped
await device[Symbol.asyncDispose]()
process.exit(0)
