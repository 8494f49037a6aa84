// `node --import tsx bench/device/crash-points.ts [random kills]`: the long version of test/workers/agent/crash. A
// device in a process of its own is killed (kill -9) before every operation of an update, in the middle of every
// write, and by simulated power cuts; then at random moments; each disk error is injected at every operation. After
// each blow it boots in a new process without network, then in this one with it. Ends with exit code 1 where
// anything is not as it must be.

import { tempFolder } from '#test/harness/temp-folder.ts'
import { bundleChild, runChild } from '#test/workers/agent/crash/child-runner.ts'
import { freshHome, type Scene, setScene, survive } from '#test/workers/agent/crash/crash-trial.ts'
import type { Blow } from '#test/workers/agent/crash/faults.ts'
import { World } from '#test/workers/agent/crash/world.ts'

const RANDOM_KILLS = Number(process.argv[2] ?? 200)
const BOOT_MAX_MS = 5_000

interface Tally {
  blows: number
  bootedOld: number
  bootedNew: number
  readonly bootMs: number[]
  readonly failures: string[]
}

const newTally = (): Tally => ({ blows: 0, bootedOld: 0, bootedNew: 0, bootMs: [], failures: [] })

interface Bench {
  readonly scene: Scene
  readonly child: string
}

/** False once the blow fell on nothing: the update was over before. */
async function strike(
  { scene, child }: Bench,
  tally: Tally,
  how: Blow | { afterMs: number },
): Promise<boolean> {
  const home = await freshHome(scene, 'home')
  const blow = 'how' in how ? how : undefined
  const order = { home, url: scene.world.url, ...(blow ? { blow } : {}) }
  const victim = await runChild(child, order, 'how' in how ? undefined : how.afterMs)
  const what = JSON.stringify(how)
  if (blow && blow.how !== 'fail' && victim.signal !== 'SIGKILL') return false
  if (blow?.how === 'fail' && Number(victim.said.get('operations') ?? Number.POSITIVE_INFINITY) < blow.n)
    return false
  tally.blows++
  const alone = await runChild(child, { home })
  const [id, ms] = alone.said.get('booted')?.split(' ') ?? []
  if (id === scene.old.id) tally.bootedOld++
  else if (id === scene.wanted.id) tally.bootedNew++
  else tally.failures.push(`${what}: boots ${id ?? 'not at all'} ${alone.errors}`)
  tally.bootMs.push(Number(ms))
  if (!(Number(ms) < BOOT_MAX_MS)) tally.failures.push(`${what}: boots in ${ms} ms`)
  try {
    await survive(scene, home, Number(victim.said.get('safe') ?? 0))
  } catch (error) {
    tally.failures.push(`${what}: ${error instanceof Error ? error.message : 'unknown'}`)
  }
  return true
}

function print(name: string, { blows, bootedOld, bootedNew, bootMs, failures }: Tally): void {
  const sorted = bootMs.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  console.log(
    `${name.padEnd(14)} ${String(blows).padStart(4)} blows  old ${bootedOld}  new ${bootedNew}  ` +
      `boot p50 ${at(0.5)} ms, max ${at(1)} ms  ${failures.length} failures`,
  )
  for (const failure of failures) console.log(`  ${failure}`)
  if (failures.length > 0) process.exitCode = 1
}

await using folder = await tempFolder('crash-points')
await using world = await World.open()
const scene = await setScene(world, folder.path)
const bench = { scene, child: await bundleChild(folder.path) }

const whole = await runChild(bench.child, { home: await freshHome(scene, 'home'), url: world.url })
console.log(`an update has ${whole.said.get('operations')} operations`)

for (const how of ['kill', 'torn', 'power'] as const) {
  const tally = newTally()
  for (let n = 1; await strike(bench, tally, { how, n }); n++);
  print(how, tally)
}
for (const code of ['ENOSPC', 'EIO', 'EROFS']) {
  const tally = newTally()
  for (let n = 1; await strike(bench, tally, { how: 'fail', code, n }); n++);
  print(code, tally)
}
const startedAt = performance.now()
await runChild(bench.child, { home: await freshHome(scene, 'home'), url: world.url })
const updateMs = performance.now() - startedAt
const tally = newTally()
for (let i = 0; i < RANDOM_KILLS; i++)
  await strike(bench, tally, { afterMs: Math.round(Math.random() * updateMs * 1.1) })
print('random kill -9', tally)
