// `npm run bench [names]`: what must be fast, as ratios to a reference measured in the same run, since absolute
// times say more about the machine than about the code. A ratio above its bar ends with exit code 1. Benches that take
// long run only where they are named: `npm run bench -- growth --count 1000000`.

import { parseArgs } from 'node:util'
import { table } from '#admin/cli/table.ts'
import type { BenchLine } from './bench-line.ts'
import { benchIngest } from './control/ingest.ts'
import { benchLists } from './control/lists.ts'
import { benchPolls } from './control/polls.ts'
import { benchSelect } from './control/select.ts'
import { benchEvaluation } from './evaluation.ts'
import { benchFeatures } from './features.ts'
import { benchForest } from './forest.ts'
import { benchPaper } from './paper/replay.ts'
import { benchCorpus } from './serve/corpus.ts'
import { benchGrowth } from './serve/growth.ts'
import { benchOverhead } from './serve/overhead.ts'
import { benchProfile } from './serve/profile.ts'
import { benchTransformers } from './serve/transformers.ts'

/** Requests for what counts them. */
const COUNT = 100_000
const QUICK_COUNT = 10_000

interface BenchOptions {
  readonly count: number
}

const BENCHES: Record<string, () => Promise<BenchLine[]>> = {
  features: benchFeatures,
  forest: benchForest,
  evaluation: benchEvaluation,
  paper: benchPaper,
  overhead: benchOverhead,
  transformers: benchTransformers,
  corpus: benchCorpus,
}
const ON_REQUEST: Record<string, (options: BenchOptions) => Promise<BenchLine[]>> = {
  growth: benchGrowth,
  select: benchSelect,
  profile: benchProfile,
  ingest: benchIngest,
  lists: benchLists,
  polls: benchPolls,
}
const ALL = { ...BENCHES, ...ON_REQUEST }

const { positionals: wanted, values } = parseArgs({
  allowPositionals: true,
  options: { count: { type: 'string' }, quick: { type: 'boolean', default: false } },
})
const count = values.count === undefined ? (values.quick ? QUICK_COUNT : COUNT) : Number(values.count)
if (!(count > 0)) fail(`Cannot read option "--count": is ${values.count}, expected a positive number`)
const unknown = wanted.find((name) => ALL[name] === undefined)
if (unknown !== undefined)
  fail(`Cannot run bench "${unknown}": expected some of ${Object.keys(ALL).join(', ')}`)

function fail(message: string): never {
  console.error(message)
  process.exit(2)
}

const verdictOf = ({ ratio, bar }: BenchLine): string => {
  if (Number.isNaN(bar)) return 'told'
  if (Number.isNaN(ratio)) return 'skipped'
  return ratio <= bar ? 'ok' : 'OVER'
}

const lines: BenchLine[] = []
for (const [name, run] of Object.entries(wanted.length > 0 ? ALL : BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  console.error(`bench ${name} ...`)
  lines.push(...(await run({ count })))
}
console.log(
  table([
    ['bench', 'ratio', 'bar', '', 'measured'],
    ...lines.map((line) => [
      line.name,
      Number.isNaN(line.ratio) ? '–' : line.ratio.toFixed(3),
      Number.isNaN(line.bar) ? '–' : line.bar.toFixed(2),
      verdictOf(line),
      line.detail,
    ]),
  ]),
)
if (lines.some((line) => verdictOf(line) === 'OVER')) process.exitCode = 1
