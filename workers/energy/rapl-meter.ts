// Intel's and AMD's RAPL counters under /sys/class/powercap (Linux, Documentation/power/powercap/powercap.rst):
// intel-rapl:<package>/energy_uj counts microjoules up to max_energy_range_uj and begins again. Only the zones named
// package-<n> are read: their subzones (intel-rapl:0:0 "core", "uncore", "dram") are within them, "psys" holds them,
// and intel-rapl-mmio shows the same package a second time. The package is the processor without memory (on most
// clients), board and supply. Since the PLATYPUS attack (CVE-2020-8694) only root may read the counter.

import path from 'node:path'
import { counterEnergy } from '#core/profile/counter-energy.ts'
import type { FoundMeter } from './energy-meter.ts'
import { legible, meterOf, SAMPLE_INTERVAL_MS, type SampledFiles } from './sampled-meter.ts'
import { entriesOf, integerOf, readSysfs, textOf } from './sysfs.ts'

interface Package {
  readonly file: string
  readonly rangeMicrojoules: number
}

export function findRapl(sysfs: string, intervalMs = SAMPLE_INTERVAL_MS): FoundMeter {
  const folder = path.join(sysfs, 'class/powercap')
  const zones = entriesOf(folder, /^intel-rapl:\d+$/)
  const names = new Map(zones.map((zone) => [zone, textOf(path.join(zone, 'name')) ?? '']))
  const packages: Package[] = []
  for (const zone of zones.filter((z) => /^package-/.test(names.get(z)!))) {
    const file = path.join(zone, 'energy_uj')
    const counter = readSysfs(file)
    if ('why' in counter) return counter
    const rangeMicrojoules = integerOf(textOf(path.join(zone, 'max_energy_range_uj')))
    if (rangeMicrojoules === undefined || rangeMicrojoules <= 0 || integerOf(counter.text) === undefined)
      return { why: `"${zone}" shows no counter with a range` }
    packages.push({ file, rangeMicrojoules })
  }
  if (packages.length === 0) return { why: `"${folder}" has no package that counts energy` }
  const told = zones.map((zone) => names.get(zone)!).filter((name) => name.startsWith('package-'))
  const spec: SampledFiles = {
    method: 'rapl',
    source: `RAPL ${told.join(', ')}: the processor alone`,
    files: packages.map((p) => p.file),
    intervalMs,
  }
  const meter = meterOf(spec, (samples) => {
    const good = legible(spec, samples, countersOf)
    const window = { fromS: samples[0]!.atS, toS: samples.at(-1)!.atS }
    const timesS = good.map((s) => s.atS)
    const read = packages.map(({ rangeMicrojoules }, p) =>
      counterEnergy(
        { timesS, microjoules: good.map((s) => s.value[p]!), rangeMicrojoules },
        window,
        intervalMs / 1_000,
      ),
    )
    return { ...read[0]!, joules: read.reduce((sum, { joules }) => sum + joules, 0) }
  })
  return { meter }
}

/** Counters never go below 0; undefined where one of them is no number. */
function countersOf(texts: readonly string[]): number[] | undefined {
  const counters = texts.map(integerOf).filter((c) => c !== undefined && c >= 0)
  return counters.length === texts.length ? (counters as number[]) : undefined
}
