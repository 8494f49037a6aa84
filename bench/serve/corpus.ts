// Every damaged image of the corpus (test/vision/corpus: over 5,000, seeded) posted to a real worker process, with whole
// images in between. Nothing may hang or answer 5xx; refusals must say why; whole images must be answered; the worker must
// be the same process afterwards, on the same deployment. How often a process below it was replaced, memory and times
// are told, not judged.

import type { Damage } from '#test/vision/corpus/damage.ts'
import { damagedImages } from '#test/vision/corpus/damaged-images.ts'
import { isWrong, type Posted, postDamaged } from '#test/vision/corpus/post-damaged.ts'
import { wholeImages } from '#test/vision/corpus/whole-images.ts'
import type { BenchLine } from '../bench-line.ts'
import { type Role, sizesByRole } from './rig/process-tree.ts'
import { writeSection } from './rig/results.ts'
import { type ServedDevice, servedDevice } from './rig/served-device.ts'
import { scenes } from './rig/workload.ts'

const SEED = 2_020
const CONNECTIONS = 4
const WATCH_EVERY_MS = 250
const TELL_EVERY = 1_000
/** Of the findings: the rest is in the counts. */
const NAMED_MAX = 20
const SLOWEST_NAMED = 8

export async function benchCorpus(): Promise<BenchLine[]> {
  const whole = await wholeImages(SEED)
  const damages = damagedImages(whole, SEED)
  const { model } = await scenes(1, 'mobilenet_v1')
  await using device = await servedDevice({ model })
  // The first image may start processes that stay.
  await postDamaged({ url: device.url, damages: [], whole, connections: 1 })
  await fetch(`${device.url}/v1/classify`, { method: 'POST', body: whole[0]!.bytes })
  const deployment = await servingAt(device)
  const watch = watchPeaks(device)
  const posted = await postDamaged({
    url: device.url,
    damages,
    whole,
    connections: CONNECTIONS,
    onPosted: tell,
  })
  const seen = await watch.stop()
  const isSame = device.process.isAlive && (await servingAt(device)) === deployment
  const wrong = posted.filter(isWrong)
  for (const { kind, name, status, reason, ms } of wrong.slice(0, NAMED_MAX))
    console.error(`wrong: ${kind} "${name}": status ${status} ${reason} after ${ms.toFixed(0)} ms`)
  await write(posted, damages, { seen, isSame })
  const slowest = posted.reduce((a, b) => (a.ms > b.ms ? a : b))
  return [
    {
      name: 'serve: damaged images answered wrongly',
      ratio: wrong.length,
      bar: 0,
      detail: `of ${damages.length}, and ${posted.length - damages.length} whole ones in between; slowest ${slowest.ms.toFixed(0)} ms (${slowest.name})`,
    },
    {
      name: 'serve: workers lost to them',
      ratio: isSame ? 0 : 1,
      bar: 0,
      detail: `${replacedIn(seen)} processes below it were replaced`,
    },
  ]
}

const servingAt = async ({ url }: ServedDevice): Promise<string> => (await fetch(`${url}/readyz`)).text()

function tell(_: Posted, done: number): void {
  if (done % TELL_EVERY === 0) console.error(`${done} posted`)
}

interface Seen {
  readonly peakMb: number
  /** Lives of this part: one more than it was replaced, where it is one process at a time. */
  readonly lives: ReadonlySet<string>
}
type SeenRoles = ReadonlyMap<Role, Seen>

const replacedIn = (seen: SeenRoles): number =>
  [...seen.values()].reduce((sum, { lives }) => sum + lives.size - 1, 0)

/** The most memory that each part had at any look, and how many processes it has been. */
function watchPeaks(device: ServedDevice): { stop(): Promise<SeenRoles> } {
  const seen = new Map<Role, { peakMb: number; lives: Set<string> }>()
  const look = async () => {
    const tree = await device.tree()
    for (const { role, rssMb } of sizesByRole(tree).values()) {
      const of = seen.get(role) ?? { peakMb: 0, lives: new Set() }
      for (const p of tree) if (p.role === role) of.lives.add(`${p.pid} ${p.startTicks}`)
      seen.set(role, { ...of, peakMb: Math.max(of.peakMb, rssMb) })
    }
  }
  const timer = setInterval(look, WATCH_EVERY_MS)
  return {
    async stop() {
      clearInterval(timer)
      await look()
      return seen
    },
  }
}

const slowestOf = (posted: readonly Posted[]): Posted[] =>
  [...posted].sort((a, b) => b.ms - a.ms).slice(0, SLOWEST_NAMED)

interface Aftermath {
  readonly seen: SeenRoles
  readonly isSame: boolean
}

function write(
  posted: readonly Posted[],
  damages: readonly Damage[],
  { seen, isSame }: Aftermath,
): Promise<void> {
  const kinds = [...new Set(posted.map(({ kind }) => kind))]
  const rows = kinds.map((kind) => {
    const of = posted.filter((row) => row.kind === kind)
    const slowest = of.reduce((a, b) => (a.ms > b.ms ? a : b))
    const share = (test: (row: Posted) => boolean) => of.filter(test).length
    return [
      kind,
      of.length,
      share(({ status }) => status === 200),
      share(({ status }) => status >= 400 && status < 500),
      share(({ status }) => status >= 500),
      share(({ status }) => status === 0),
      `${slowest.ms.toFixed(0)} (${slowest.name})`,
    ]
  })
  const reasons = new Map<string, number>()
  for (const { reason } of posted) if (reason !== '') reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  const list = (counts: Iterable<readonly [string, string | number]>) =>
    [...counts].map(([name, count]) => `${name} ${count}`).join(', ')
  return writeSection({
    title: 'Damaged images',
    command: 'npm run bench corpus',
    how: `${damages.length} damaged images, seed ${SEED}, over ${CONNECTIONS} connections to one local worker with the demo's mobilenet_v1; after every eighth a whole image.`,
    rows: [['kind', 'posted', '200', '4xx', '5xx', 'no answer', 'slowest, ms'], ...rows],
    notes: [
      `Reasons of the refusals: ${list(reasons)}.`,
      `The slowest, ms: ${list(slowestOf(posted).map(({ name, ms }) => [`"${name}"`, ms.toFixed(0)]))}.`,
      `Most memory at any look, MB: ${list([...seen].map(([role, { peakMb }]) => [role, peakMb.toFixed(0)]))}.`,
      isSame
        ? 'The worker and its deployment were the same afterwards.'
        : 'The worker or its deployment was lost.',
      `Processes that were seen: ${list([...seen].map(([role, { lives }]) => [role, lives.size]))}.`,
    ],
  })
}
