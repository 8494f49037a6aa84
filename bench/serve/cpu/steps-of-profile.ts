// A CPU profile as milliseconds per step of serving. A sample belongs to the innermost function of ours, or of a library
// that one step alone uses, on its stack, and to Node's own streams where there is none; what libraries do on their own threads (libvips decodes there) is not in a
// profile of JavaScript and appears as waiting.

import type { CpuProfile, ProfileNode } from './inspector.ts'

/** The first that matches; by the file of the function. */
const STEPS: readonly [RegExp, string][] = [
  [/onnxruntime/, 'session'],
  [/\/core\/features\/|\/vision\/kernels\/|^wasm:/, 'features'],
  [/prepare-input|\/vision\/session\/tensor|shrink-on-load|\/core\/preprocess\//, 'prepare'],
  [/\/vision\/(decode|image-entry|working-image)|\/sharp\//, 'decode'],
  [/onnx-model|session-queue/, 'session'],
  [/\/workers\/vision\/|\/vision\//, 'between worker and vision'],
  [/\/workers\/host\/|\/functions\/|\/core\/route\/|miniflare/, 'function round trip'],
  [/spool/, 'spool'],
  [/\/workers\/agent\/|\/workers\/observe\/|prom-client|pino|opentelemetry/, 'agent, logs, metrics'],
  [/front-door|\/workers\/serve\/|\/hono\/|@hono|cockatiel|\/contract\/|\/zod\//, 'front door'],
]
const STREAMS = /node:_http|node:internal\/http|node:net|node:internal\/(web)?streams|undici/
/** A map: functions are called `toString` too. */
const NATIVE = new Map([
  ['(idle)', 'waiting'],
  ['(garbage collector)', 'garbage collection'],
  ['(program)', 'native code of Node'],
])
const NODE_STREAMS = 'HTTP and streams of Node'
const REST = 'rest of Node'

/** Microseconds by step, for the whole profile. */
export function stepsOfProfile({ nodes, samples, timeDeltas }: CpuProfile): Map<string, number> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map<number, ProfileNode>()
  for (const node of nodes) for (const child of node.children ?? []) parents.set(child, node)
  const known = new Map<number, string>()
  const stepOf = (node: ProfileNode): string => known.get(node.id) ?? findStep(node)
  const findStep = (node: ProfileNode): string => {
    const { functionName, url } = node.callFrame
    const parent = parents.get(node.id)
    const outer = parent ? stepOf(parent) : REST
    const step =
      STEPS.find(([pattern]) => pattern.test(url))?.[1] ??
      NATIVE.get(functionName) ??
      (outer === REST && STREAMS.test(url) ? NODE_STREAMS : outer)
    known.set(node.id, step)
    return step
  }
  const totals = new Map<string, number>()
  for (const [i, id] of samples.entries()) {
    const step = stepOf(byId.get(id)!)
    totals.set(step, (totals.get(step) ?? 0) + (timeDeltas[i] ?? 0))
  }
  return totals
}
