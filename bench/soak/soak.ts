// `npm run bench -- soak --minutes 60`: the demo world's processes under a steady mixed load, with a fault every minute,
// and afterwards three questions: is every answer that a client has read stored exactly once; did any request fail while
// its worker was alive; does anything grow. Ctrl-C ends it early, with the figures so far. Writes bench/results/soak.md,
// soak.json and one page of plots.

import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '#test/harness/until.ts'
import { compareDecisions, type Found } from '#test/workers/observe/decided-often.ts'
import type { BenchLine, BenchOptions } from '../bench-line.ts'
import { keepNothing } from '../report/results-folder.ts'
import { FAULTS, isWell } from './faults.ts'
import { type MixedLoad, startMixedLoad } from './mixed-load.ts'
import { type Sample, startSampling } from './sampling.ts'
import { openSoakFleet, type SoakFleet } from './soak-fleet.ts'
import { JUDGED_MIN, linesOf, writeSoak } from './soak-page.ts'

export interface FaultSeen {
  readonly name: string
  readonly atS: number
  readonly endS: number
  /** When all answered again; NaN where they did not in time. */
  readonly wellS: number
  /** Where the fault itself went wrong. */
  readonly said: string
}

export interface Soaked {
  readonly minutes: number
  readonly plan: { readonly imagesPerS: number; readonly readsPerS: number; readonly faultEveryS: number }
  readonly beganMs: number
  readonly load: Pick<MixedLoad, 'answers' | 'asked' | 'reads' | 'refusals'>
  readonly faults: readonly FaultSeen[]
  readonly samples: readonly Sample[]
  readonly found: Found
  readonly spool: { readonly dropped: number; readonly waiting: number }
  readonly polls: Readonly<Record<number, number>>
}

const SAMPLE_EVERY_MS = 5_000
const CLIENTS = 4
const READS_PER_S = 2
const WELL_MAX_MS = 60_000
/** The last fault leaves so much time before the end. */
const CALM_S = 20
export const SOAK_FOLDER = path.resolve(import.meta.dirname, '../../.tandem/bench/soak')

export async function benchSoak({ minutes, rate, faultEveryS }: BenchOptions): Promise<BenchLine[]> {
  // Too short to say anything about growth.
  if (minutes < JUDGED_MIN) keepNothing()
  const plan = { imagesPerS: rate, readsPerS: READS_PER_S, faultEveryS }
  await using soak = await openSoakFleet()
  const stop = new AbortController()
  const early = () => stop.abort()
  process.once('SIGINT', early)
  process.once('SIGTERM', early)
  const beganMs = performance.now()
  const { fleet, images } = soak
  const load = startMixedLoad({
    ...{ images, clients: CLIENTS, ...plan },
    workerUrl: () => fleet.url('pi'),
    api: () => fleet.api,
  })
  const sampler = startSampling(soak, SAMPLE_EVERY_MS, beganMs)
  const faults = await strike(soak, { untilMs: beganMs + minutes * 60_000, beganMs, faultEveryS, load, stop })
  await sampler.stop()
  await load.stop()
  process.removeListener('SIGINT', early)
  process.removeListener('SIGTERM', early)
  const told = { answers: load.answers, cut: 0, kills: { pi: 0, control: 0 } }
  const found = await compareDecisions(soak.databaseUrl, { fleet, told })
  const { report } = await fleet.api.trpc.devices.get.query({ name: 'pi' })
  const soaked: Soaked = {
    ...{ minutes: (performance.now() - beganMs) / 60_000, plan, beganMs, load, faults, found },
    samples: sampler.samples,
    spool: { dropped: report?.spool?.dropped ?? 0, waiting: report?.spool?.waiting ?? 0 },
    polls: (await soak.polled()).polls,
  }
  await mkdir(SOAK_FOLDER, { recursive: true })
  await writeFile(path.join(SOAK_FOLDER, 'samples.json'), JSON.stringify(sampler.samples))
  await writeSoak(soaked)
  return linesOf(soaked)
}

/** For whoever wants to know before the end, or what came before a crash of the bench itself. */
async function keepSoFar(faults: readonly FaultSeen[], load: MixedLoad): Promise<void> {
  await mkdir(SOAK_FOLDER, { recursive: true })
  const told = {
    faults,
    answers: load.answers.length,
    asked: load.asked.length,
    refusals: [...load.refusals],
  }
  await writeFile(path.join(SOAK_FOLDER, 'so-far.json'), JSON.stringify(told, null, 2))
}

interface Strike {
  readonly beganMs: number
  readonly untilMs: number
  readonly faultEveryS: number
  readonly load: MixedLoad
  readonly stop: AbortController
}

async function strike(
  soak: SoakFleet,
  { beganMs, untilMs, faultEveryS, load, stop }: Strike,
): Promise<FaultSeen[]> {
  const seen: FaultSeen[] = []
  const nowS = () => (performance.now() - beganMs) / 1_000
  const pause = async (ms: number) => {
    if (ms > 0) await sleep(ms, undefined, { signal: stop.signal }).catch(() => undefined)
  }
  let dueMs = beganMs
  for (let turn = 0; !stop.signal.aborted; turn++) {
    // After one that took long there is some calm as well.
    dueMs = Math.max(dueMs + faultEveryS * 1_000, performance.now() + (faultEveryS * 1_000) / 3)
    await pause(Math.min(dueMs, untilMs) - performance.now())
    if (stop.signal.aborted || performance.now() > untilMs - CALM_S * 1_000) break
    const fault = FAULTS[turn % FAULTS.length]!
    const atS = nowS()
    const said = await fault.run(soak).then(
      () => '',
      (error: unknown) => (error instanceof Error ? error.message.slice(0, 200) : 'failed'),
    )
    const endS = nowS()
    const wellS = await until('all answer again', () => isWell(soak), WELL_MAX_MS).then(
      nowS,
      () => Number.NaN,
    )
    seen.push({ name: fault.name, atS, endS, wellS, said })
    await keepSoFar(seen, load)
    const answered = load.asked.filter(({ status }) => status === 200).length
    console.error(
      `${(nowS() / 60).toFixed(1)} min: ${fault.name}, well after ${(wellS - endS).toFixed(1)} s; ${answered} answers, ` +
        `${load.asked.length - answered} cut or refused, ${load.reads.filter((r) => !r.isOk).length} of ${load.reads.length} reads failed${said && `; ${said}`}`,
    )
  }
  await pause(untilMs - performance.now())
  return seen
}
