// The control plane as a process: `npm run control`. Prints where it listens, stops on SIGINT and SIGTERM, and
// when the parent that started it is gone.

import { untilStopped } from '#platform/until-stopped.ts'
import { readControlConfig } from './config.ts'
import { startControlPlane } from './wire.ts'

const stopped = untilStopped()
const control = await startControlPlane(readControlConfig(process.env))
process.send?.({ ready: control.url })
await stopped
await control[Symbol.asyncDispose]()
process.exit(0)
