// `node --import tsx bench/serve/switches.ts [switches] [requests] [connections] [model]`: a worker's serving half
// (front door, generations, workerd, a demo model) in this process, a client in another one, and switches between
// two deployments under load. No request may be lost, and the 99th percentile of the requests that meet a switch
// may be at most 1.5 times that of the others. Ends with exit code 1 where one of them does not hold.

import { writeFile } from 'node:fs/promises'
import { noisyJpeg } from '#test/vision/images.ts'
import { demoModel, frontDoorRig } from '#test/workers/front-door/front-door-rig.ts'
import { type LoadRow, lostOf, quantileMs, startLoad } from '#test/workers/serve/load/load.ts'
import { type SwitchWindow, splitBySwitch, switchOften } from '#test/workers/serve/load/switch-often.ts'
import { workerdHost } from '#workers/host/workerd/workerd-host.ts'
import { outFile } from '../report/run-script.ts'
import { type ProcessSize, processSize, settledSize, slopeOf } from './process-size.ts'

/** What is left for `npm run bench switches`. */
export interface Switched {
  readonly ratio: number
  readonly lost: number
  readonly requests: number
  readonly switches: number
  readonly quietP99Ms: number
  readonly duringP99Ms: number
  readonly generationMb: number
}

const RATIO_MAX = 1.5
/** The first switches warm up the allocator: memory is judged by the rest. */
const SETTLED_SHARE = 0.25
const SIDE_PX = 64

const out = outFile(process.argv)
const given = process.argv.slice(2, out === undefined ? undefined : process.argv.indexOf('--out'))
const [switches = 200, requests = 100_000, connections = 2] = given.slice(0, 3).map(Number)
const name = given[3] ?? 'mobilenet_v1'

const ms = (value: number) => `${value.toFixed(1)} ms`
const line = (what: string, rows: readonly LoadRow[]) =>
  console.log(
    `${what}: ${rows.length} requests, p50 ${ms(quantileMs(rows, 0.5))}, p90 ${ms(quantileMs(rows, 0.9))}, ` +
      `p99 ${ms(quantileMs(rows, 0.99))}, longest ${ms(quantileMs(rows, 1))}`,
  )

await using rig = await frontDoorRig({ host: workerdHost(), logLevel: 'warn' })
const model = await demoModel(name)
const first = await rig.install({ version: 1, model })
const second = await rig.store({ version: 2, model })
const image = await noisyJpeg(SIDE_PX, SIDE_PX)
const warmUp = startLoad({ url: rig.url, image, connections, requests: 2_000 })
await warmUp.done

const before = settledSize()
const sizes: ProcessSize[] = [processSize()]
const load = startLoad({ url: rig.url, image, connections, requests })
const windows = await switchOften(rig.generations, load, {
  between: [first, second],
  switches,
  requests,
  onSwitch(done, window) {
    sizes.push(processSize())
    if (done % 10 === 0) progress(done, window)
  },
})
await load.done
const after = settledSize()

const { during, quiet } = splitBySwitch(load.rows, windows)
const lost = lostOf(load.rows)
const ratio = quantileMs(during, 0.99) / quantileMs(quiet, 0.99)
const rss = sizes.map((size) => size.rssMb)
const settled = rss.slice(Math.floor(rss.length * SETTLED_SHARE))
line('between switches', quiet)
line('during switches', during)
const took = windows.map((w) => w.endMs - w.beginMs).sort((a, b) => a - b)
console.log(`a switch takes ${ms(took[Math.floor(took.length / 2)]!)}, the longest ${ms(took.at(-1)!)}`)
console.log(`by the built-in path: ${load.rows.filter((row) => row.byFallback).length}`)
console.log(`lost: ${lost} of ${load.rows.length} in ${windows.length} switches`)
console.log(`p99 during a switch: ${ratio.toFixed(2)} times that between, expected at most ${RATIO_MAX}`)
console.log(
  `memory under load: ${rss[0]!.toFixed(0)} MB, at most ${Math.max(...rss).toFixed(0)}, at last ` +
    `${rss.at(-1)!.toFixed(0)}; ${(slopeOf(settled) * 1024).toFixed(0)} KB a switch`,
)
console.log(
  `memory after collecting: ${before.rssMb.toFixed(0)} -> ${after.rssMb.toFixed(0)} MB, of which heap ` +
    `${before.heapMb.toFixed(1)} -> ${after.heapMb.toFixed(1)} MB (this client's records included); ` +
    `open files ${before.fds} -> ${after.fds}`,
)
console.log(`a generation costs ${((rig.generations.lastCostBytes ?? 0) / 2 ** 20).toFixed(0)} MB`)
for (const error of new Set(load.errors)) console.log(`said: ${error}`)
if (lost > 0 || ratio > RATIO_MAX) process.exitCode = 1
const told: Switched = {
  ...{ ratio, lost, requests: load.rows.length, switches: windows.length },
  ...{ quietP99Ms: quantileMs(quiet, 0.99), duringP99Ms: quantileMs(during, 0.99) },
  generationMb: (rig.generations.lastCostBytes ?? 0) / 2 ** 20,
}
if (out) await writeFile(out, JSON.stringify(told))

function progress(done: number, { beginMs, endMs }: SwitchWindow): void {
  const { rssMb, fds } = sizes.at(-1)!
  console.error(
    `${done} switches, ${load.rows.length} requests, ${lostOf(load.rows)} lost, the last took ` +
      `${ms(endMs - beginMs)}, ${rssMb.toFixed(0)} MB, ${fds} files open`,
  )
}
