// A device in a process of its own that can be killed: lives through an update and is struck on the way, or only
// boots. Bundled to one file (child-runner.ts), since hundreds of them start.
// argv: JSON of `ChildOrder`; prints `safe <n>` for every decision that is safe, `booted <id> <ms>` after booting.

import { writeSync } from 'node:fs'
import { bootDevice, liveThroughUpdate } from './crash-device.ts'
import { type Blow, Striker, under } from './faults.ts'

export interface ChildOrder {
  readonly home: string
  /** Undefined: boots without network, and no more. */
  readonly url?: string
  readonly blow?: Blow
}

const order = JSON.parse(process.argv[2]!) as ChildOrder
const say = (line: string) => writeSync(1, `${line}\n`)

if (order.url === undefined) {
  const { generations } = await bootDevice(order)
  // Since the process began: what somebody who waits for the device would see.
  say(`booted ${generations.serving?.deployment.id ?? 'nothing'} ${performance.now().toFixed(0)}`)
} else {
  const striker = new Striker(order.blow, () => process.kill(process.pid, 'SIGKILL'))
  await under(striker, () => liveThroughUpdate(order, (last) => say(`safe ${last}`)))
  say(`operations ${striker.seen.length}`)
}
process.exit(0)
