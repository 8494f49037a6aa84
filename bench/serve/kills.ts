// `node --import tsx bench/serve/kills.ts [kills] [requests] [connections]`: the function's workerd is killed from
// outside at times drawn by chance while a client in another process does not stop asking. No request may fail.
// The watchdog is told not to give the function up, which it would after five deaths.

import { createRandom } from '#core/random.ts'
import { noisyJpeg } from '#test/vision/images.ts'
import { demoModel, frontDoorRig } from '#test/workers/front-door/front-door-rig.ts'
import { killOften } from '#test/workers/serve/load/kill-often.ts'
import { lostOf, quantileMs, startLoad } from '#test/workers/serve/load/load.ts'
import { workerdHost } from '#workers/host/workerd/workerd-host.ts'

const [kills = 20, requests = 20_000, connections = 2] = process.argv.slice(2).map(Number)
const BACK_MAX_MS = 5_000
const SEED = 20_260

const limits = { deathsMax: Number.POSITIVE_INFINITY }
await using rig = await frontDoorRig({ host: workerdHost(), logLevel: 'error', limits })
await rig.install({ model: await demoModel('mobilenet_v1') })
const load = startLoad({ url: rig.url, image: await noisyJpeg(64, 64), connections, requests })
const backMs = await killOften(rig.generations, load, {
  kills,
  requests,
  random: createRandom(SEED),
  onKill: (done, ms) => console.error(`kill ${done}: another process serves after ${ms.toFixed(0)} ms`),
})
await load.done

const lost = lostOf(load.rows)
const slowestMs = Math.max(...backMs)
console.log(`lost: ${lost} of ${load.rows.length} in ${kills} kills`)
console.log(`by the built-in path: ${load.rows.filter((row) => row.byFallback).length}`)
console.log(
  `p99 ${quantileMs(load.rows, 0.99).toFixed(1)} ms, longest ${quantileMs(load.rows, 1).toFixed(1)} ms`,
)
console.log(`the function was away for at most ${slowestMs.toFixed(0)} ms, expected at most ${BACK_MAX_MS}`)
for (const error of new Set(load.errors)) console.log(`said: ${error}`)
if (lost > 0 || slowestMs > BACK_MAX_MS) process.exitCode = 1
