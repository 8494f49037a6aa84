// A meter that shows the power of this moment: read every 100 ms, integrated by the trapezoid rule over the
// monotonic clock. A value that cannot be read or makes no sense is left out and shows as a gap.

import { integratePower } from '#core/profile/integrate-power.ts'
import { type EnergyMeter, type Measurement, MeterFailed, type MeterReading } from './energy-meter.ts'
import { type Sample, startSampler } from './sampler.ts'
import { problemOf } from './sysfs.ts'

/** Ten a second: the INA3221 itself averages over tens of milliseconds, and a batch of images takes seconds. */
export const SAMPLE_INTERVAL_MS = 100

export interface SampledFiles {
  readonly method: EnergyMeter['method']
  readonly source: string
  readonly files: readonly string[]
  readonly intervalMs: number
}

/** `wattsOf` the texts of the files; undefined where they make no sense. */
export function sampledMeter(
  spec: SampledFiles,
  wattsOf: (texts: readonly string[]) => number | undefined,
): EnergyMeter {
  return meterOf(spec, (samples) => {
    const good = legible(spec, samples, wattsOf)
    const trace = { timesS: good.map((s) => s.atS), watts: good.map((s) => s.value) }
    // From first to last sample that was taken, also where the reading failed there.
    const window = { fromS: samples[0]!.atS, toS: samples.at(-1)!.atS }
    return integratePower(trace, window, spec.intervalMs / 1_000)
  })
}

export function meterOf(
  spec: SampledFiles,
  fold: (samples: readonly Sample[]) => Pick<MeterReading, 'joules' | 'seconds' | 'samples' | 'gaps'>,
): EnergyMeter {
  const { method, source, files, intervalMs } = spec
  return {
    method,
    source,
    isWithIdle: true,
    async start(): Promise<Measurement> {
      const sampler = await startSampler(files, intervalMs)
      return {
        async stop() {
          return { ...fold(await sampler.stop()), sampleIntervalMs: intervalMs, source }
        },
        [Symbol.asyncDispose]: () => sampler[Symbol.asyncDispose](),
      }
    },
  }
}

export interface Legible<T> {
  readonly atS: number
  readonly value: T
}

/** The samples that make sense. Two are the least that energy can be told from. */
export function legible<T>(
  { method }: SampledFiles,
  samples: readonly Sample[],
  readingOf: (texts: readonly string[]) => T | undefined,
): Legible<T>[] {
  let problem = 'makes no sense'
  const good = samples.flatMap(({ atS, values }) => {
    const texts = values.flatMap((v) => ('text' in v ? [v.text] : []))
    for (const v of values) if ('code' in v) problem = problemOf(v.code)
    const value = texts.length === values.length ? readingOf(texts) : undefined
    return value === undefined ? [] : [{ atS, value }]
  })
  if (good.length >= 2) return good
  throw new MeterFailed(
    `Cannot measure energy by "${method}": ${good.length} of ${samples.length} readings are legible ` +
      `(the meter ${problem}), expected at least 2`,
  )
}
