// A CPU profile as milliseconds per step of serving. A sample belongs to the innermost function of ours, or of a library
// that one step alone uses, on its stack, and to Node's own streams where there is none; what libraries do on their own threads (libvips decodes there) is not in a
// profile of JavaScript and appears as waiting.

import type { CpuProfile, ProfileNode } from './inspector.ts'

const BETWEEN = 'between worker and vision'

/** The first that matches; by the file of the function. */
const STEPS: readonly [RegExp, string][] = [
  [/onnxruntime/, 'session'],
  [/\/core\/features\/|\/vision\/kernels\/|^wasm:/, 'features'],
  [/prepare-input|\/vision\/session\/tensor|shrink-on-load|\/core\/preprocess\//, 'prepare'],
  [/\/vision\/(decode|image-entry|working-image)|\/sharp\//, 'decode'],
  [/onnx-model|session-queue/, 'session'],
  [/\/workers\/vision\/|\/vision\//, BETWEEN],
  [/\/workers\/host\/|\/functions\/|\/core\/route\/|miniflare/, 'function round trip'],
  [/spool/, 'spool'],
  [/\/workers\/agent\/|\/workers\/observe\/|prom-client|pino|opentelemetry/, 'agent, logs, metrics'],
  [/front-door|\/workers\/serve\/|\/hono\/|@hono|cockatiel|\/contract\/|\/zod\//, 'front door'],
]
/** Vision runs as one bundle, whose functions have names and no files. */
const BUNDLE = /\[eval/
const BUNDLED: readonly [RegExp, string][] = [
  [/^(extractFeatures|featureKernels)/, 'features'],
  [/^(prepareInput|prepareOf|cropResize|toTensor|cropAndFilter|kept\d*$)/, 'prepare'],
  [/^(decode|readHeader|imageFormat|workingImage|refusingDamage)/, 'decode'],
  [/^(runOnce|runSession|outcome|topClasses|softmax)/, 'session'],
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
      (BUNDLE.test(url) ? BUNDLED.find(([pattern]) => pattern.test(functionName))?.[1] : undefined) ??
      (outer === REST ? outermost(url) : outer)
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

/** Of a function that nobody of ours has called. */
function outermost(url: string): string {
  if (BUNDLE.test(url)) return BETWEEN
  return STREAMS.test(url) ? NODE_STREAMS : REST
}
