// The edge: a real front door of the edge tier with a real model, behind a line that can be spoiled. Told by messages.

import { demoModel, frontDoorRig } from '#test/workers/front-door/front-door-rig.ts'
import { threadHost } from '#workers/host/thread-host.ts'
import { Line, type Spoil } from './line.ts'

export const LINE_PORT = 7_402

export type Order = { readonly open: true } | { readonly spoil: Spoil }

if (process.send) {
  process.once('disconnect', () => process.exit(0))
  const rig = await frontDoorRig({ host: threadHost(), tier: 'edge', logLevel: 'error' })
  await rig.install({ model: await demoModel('inception_v4') })
  const { hostname: host, port } = new URL(rig.url)
  const line = new Line(LINE_PORT, { host, port: Number(port) })
  process.on('message', async (order: Order) => {
    if ('open' in order) await line.open()
    else await line.spoil(order.spoil)
    process.send!({ done: true })
  })
  process.send({ ready: true })
}
