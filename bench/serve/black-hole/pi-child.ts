// The device: a real front door of the local tier with a real model and the built-in function in workerd, whose router
// wants the edge for every image. Its way to the edge is the real one.

import { ALWAYS_EDGE, demoModel, frontDoorRig } from '#test/workers/front-door/front-door-rig.ts'
import { edgeModelRef } from '#test/workers/serve/offload/edge-model-ref.ts'
import { workerdHost } from '#workers/host/workerd/workerd-host.ts'
import { Offload } from '#workers/serve/offload/offload.ts'

/** The policy that a promotion has where it states none. */
const policy = { edgeDeadlineMs: 2_000, edgeConnectMs: 250 }

process.once('disconnect', () => process.exit(0))
process.once('message', async ({ edges }: { edges: string[] }) => {
  const offload = new Offload({ activeWatts: 0.94 })
  offload.retarget(edges.map((url) => ({ url, connectMs: policy.edgeConnectMs })))
  const edge = offload.portFor({ id: 'dep-1', edge: edgeModelRef, policy })
  const rig = await frontDoorRig({ host: workerdHost(), edge, logLevel: 'error' })
  await rig.install({ router: ALWAYS_EDGE, model: await demoModel('mobilenet_v1') })
  process.send!({ url: rig.url })
})
process.send!({ ready: true })
