// Where the time of one request goes, two ways: what a client waits for, by the answer's own timings, one request at a
// time; and what the processor does for it, by CPU profiles of the worker and its vision process at saturation. The
// router looks at the seven features and keeps every image here. Tells, and judges nothing.

import { FEATURES_VERSION, RUNTIME_FEATURES } from '#contract/features.ts'
import type { RouterDocument } from '#contract/router.ts'
import type { BenchLine } from '../bench-line.ts'
import { bareLoop } from './bare/bare-loop.ts'
import type { BareSteps } from './bare/bare-loop-child.ts'
import { type CpuProfile, openInspector, profileDuring } from './cpu/inspector.ts'
import { stepsOfProfile } from './cpu/steps-of-profile.ts'
import { unbundled } from './cpu/unbundled.ts'
import { httpContender } from './rig/contender.ts'
import { writeSection } from './rig/results.ts'
import { spreadOf } from './rig/rounds.ts'
import { type ServedDevice, servedDevice } from './rig/served-device.ts'
import { loadWorkload, type Workload } from './rig/workload.ts'

const WARM_UP = 50
const REQUESTS = 400
const CROWD = 4
const PROFILE_MS = 10_000
/** Until V8 has optimized what runs often. */
const WARM_UP_MS = 20_000
/** The usual port is left to vision, which takes no arguments from here. */
const INSPECTED = ['--inspect-port=0']

const zeros = RUNTIME_FEATURES.map(() => 0)
/** One leaf that says "stay": what counts is that the features are asked for. */
const ROUTER: RouterDocument = {
  schema: 1,
  kind: 'forest',
  threshold: 2,
  featuresVersion: FEATURES_VERSION,
  features: [...RUNTIME_FEATURES],
  scaler: { min: zeros, max: zeros },
  trees: [{ feature: [-1], threshold: [0], left: [0], right: [0], value: [0] }],
}

export async function benchProfile(): Promise<BenchLine[]> {
  const workload = await loadWorkload()
  await using bare = await bareLoop(workload)
  await using device = await servedDevice({ model: workload.model, router: ROUTER, nodeArgs: INSPECTED })
  const waits = await waitsOf(device, workload)
  const bareSteps = await bare.steps(REQUESTS)
  const { profiles, requests } = await profilesOf(device, workload)
  await write(workload, { waits, bareSteps, profiles, requests })
  return [
    {
      name: 'serve: where time goes',
      ratio: Number.NaN,
      bar: Number.NaN,
      detail: `p50 ${spreadOf(waits.get('client')!).median.toFixed(1)} ms; tables in bench/results/serve.md`,
    },
  ]
}

/** Milliseconds of every request: `client` as the client sees it, the rest as the answer tells. */
async function waitsOf({ url }: ServedDevice, { images }: Workload): Promise<Map<string, number[]>> {
  const waits = new Map<string, number[]>()
  const note = (name: string, ms: number) => waits.set(name, [...(waits.get(name) ?? []), ms])
  for (let i = 0; i < WARM_UP + REQUESTS; i++) {
    const start = performance.now()
    const response = await fetch(`${url}/v1/classify`, { method: 'POST', body: images[i % images.length]! })
    const answer = (await response.json()) as { timingsMs: Record<string, number> }
    if (i < WARM_UP) continue
    note('client', performance.now() - start)
    for (const [name, ms] of Object.entries(answer.timingsMs)) note(name, ms)
  }
  return waits
}

interface Profiles {
  readonly profiles: ReadonlyMap<string, CpuProfile>
  readonly requests: number
}

/** Of every Node process of the device, at the same time and under the same load. */
async function profilesOf(device: ServedDevice, { images }: Workload): Promise<Profiles> {
  await using load = httpContender('worker', {
    pid: device.process.pid,
    url: device.url,
    path: '/v1/classify',
    images,
  })
  await load.warmUp(CROWD, WARM_UP_MS)
  const inspected: { role: string; url: string }[] = []
  for (const { pid, role } of await device.tree())
    if (role === 'worker' || role === 'vision')
      inspected.push({ role, url: await openInspector(pid, () => device.process.output) })
  const profiles = new Map<string, CpuProfile>()
  let requests = 0
  let work = async () => {
    requests = (await load.run(CROWD, PROFILE_MS)).latenciesMs.length
  }
  for (const { role, url } of inspected) {
    const inner = work
    work = async () => void profiles.set(role, await unbundled(await profileDuring(url, inner)))
  }
  await work()
  return { profiles, requests }
}

interface Measured extends Profiles {
  readonly waits: ReadonlyMap<string, number[]>
  readonly bareSteps: BareSteps
}

function write(workload: Workload, { waits, bareSteps, profiles, requests }: Measured): Promise<void> {
  const median = (name: string) => spreadOf(waits.get(name) ?? [0]).median
  const parts = [...waits.keys()].filter((name) => name !== 'client' && name !== 'total')
  const steps = new Map([...profiles].map(([role, profile]) => [role, stepsOfProfile(profile)]))
  const names = [...new Set([...steps.values()].flatMap((of) => [...of.keys()]))]
  const perRequest = (role: string, step: string) => (steps.get(role)?.get(step) ?? 0) / 1_000 / requests
  const total = (step: string) => [...steps.keys()].reduce((sum, role) => sum + perRequest(role, step), 0)
  const ms = (value: number) => value.toFixed(2)
  return writeSection({
    title: 'Where the time of a request goes',
    command: 'npm run bench profile',
    how:
      `${workload.model.name}; ${workload.what}; a router that looks at the seven features and keeps every image. CPU: ` +
      `${requests} requests over ${CROWD} connections, the main thread of each process, sampled; what libvips does on its own ` +
      `threads shows as waiting.`,
    rows: [
      ['CPU, ms a request', ...steps.keys()],
      ...names
        .sort((a, b) => total(b) - total(a))
        .map((step) => [step, ...[...steps.keys()].map((role) => ms(perRequest(role, step)))]),
    ],
    notes: [
      `One request at a time, medians of ${REQUESTS}: ${ms(median('client'))} ms for the client, of which ` +
        `${ms(median('total'))} ms in the worker behind its HTTP server: ` +
        `${parts.map((name) => `${name} ${ms(median(name))}`).join(', ')}; the rest, ` +
        `${ms(median('total') - parts.reduce((sum, name) => sum + median(name), 0))} ms, is decoding, the function's round trip ` +
        `and the way to vision and back.`,
      `The same images in the bare loop, means: decoding alone ${ms(bareSteps.decode)} ms, decoding and resizing ` +
        `${ms(bareSteps.decodeAndResize)} ms, session ${ms(bareSteps.session)} ms.`,
    ],
  })
}
