// A deployment that a device can really run: a tiny ONNX model, a router, the built-in function.

import path from 'node:path'
import type { Deployment } from '#contract/deployment.ts'
import { bundleFunction } from '#platform/bundle-function.ts'
import { TINY_LABELS, tinyContract, tinyModel } from '#test/vision/tiny-model.ts'
import { ALWAYS_LOCAL } from '#test/workers/front-door/front-door-rig.ts'
import type { World } from './world.ts'

const FUNCTION = path.resolve(import.meta.dirname, '../../../../functions/classify/classify.ts')

/** Two versions differ in their function's and their router's bytes and share the model. */
export async function realDeployment(world: World, version: number): Promise<Deployment> {
  const file = world.put(tinyModel())
  const labels = world.put(JSON.stringify(TINY_LABELS))
  const model = (name: string) => ({ id: name, name, file, contract: tinyContract(), labels })
  const router = world.put(`${JSON.stringify(ALWAYS_LOCAL)}${' '.repeat(version)}`)
  const code = world.put(`${await bundleFunction(FUNCTION)}\n// ${version}`)
  return {
    id: `dep-${version}`,
    version,
    local: model('light'),
    edge: model('heavy'),
    router: { id: 'router', version, kind: 'always-local', file: router },
    function: { id: 'fn', name: 'classify', version, file: code },
    policy: { edgeDeadlineMs: 200, edgeConnectMs: 100 },
  }
}
