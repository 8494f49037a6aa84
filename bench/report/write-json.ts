// bench/results/<bench>.json: what one bench has measured, for programs: docs/results.md is made from these
// (bench/write-results.ts). NaN has no place in JSON: null says that nothing was measured, or nothing is judged.

import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { BenchLine } from '../bench-line.ts'
import { resultsFolder } from './results-folder.ts'

export const Measurement = z.object({
  name: z.string(),
  ratio: z.number().nullable(),
  bar: z.number().nullable(),
  spread: z.object({ least: z.number(), most: z.number() }).nullable(),
  unit: z.string(),
  how: z.string(),
  verdict: z.enum(['ok', 'OVER', 'told', 'skipped']),
})
export type Measurement = z.infer<typeof Measurement>

export const BenchResult = z.object({
  bench: z.string(),
  command: z.string(),
  at: z.string(),
  tookS: z.number(),
  commit: z.string(),
  machine: z.object({
    cores: z.number(),
    cpu: z.string(),
    memoryGb: z.number(),
    node: z.string(),
    os: z.string(),
  }),
  /** Load averages of the last minute, before and after. */
  load: z.object({ before: z.number(), after: z.number() }),
  lines: z.array(Measurement),
})
export type BenchResult = z.infer<typeof BenchResult>

/** A count of what must not be may not be above its bar either. */
export const verdictOf = ({ ratio, bar }: Pick<BenchLine, 'ratio' | 'bar'>): Measurement['verdict'] => {
  if (Number.isNaN(bar)) return 'told'
  if (Number.isNaN(ratio)) return 'skipped'
  return ratio <= bar ? 'ok' : 'OVER'
}

const numberOf = (value: number): number | null =>
  Number.isFinite(value) ? Number(value.toPrecision(4)) : null

export const measurementOf = (line: BenchLine): Measurement => ({
  name: line.name,
  ratio: numberOf(line.ratio),
  bar: numberOf(line.bar),
  spread: line.spread ? { least: numberOf(line.spread.least)!, most: numberOf(line.spread.most)! } : null,
  unit: line.unit ?? 'ratio',
  how: line.detail,
  verdict: verdictOf(line),
})

export async function writeJson(result: BenchResult): Promise<void> {
  await mkdir(resultsFolder(), { recursive: true })
  const file = path.join(resultsFolder(), `${result.bench}.json`)
  await writeFile(file, `${JSON.stringify(result, null, 2)}\n`)
}
