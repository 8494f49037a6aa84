// `npm run bench [names]`: what must be fast, as ratios to a reference measured in the same run, since absolute
// times say more about the machine than about the code. A ratio above its bar ends with exit code 1.

import { table } from '#admin/cli/table.ts'
import type { BenchLine } from './bench-line.ts'
import { benchEvaluation } from './evaluation.ts'
import { benchFeatures } from './features.ts'
import { benchForest } from './forest.ts'

const BENCHES: Record<string, () => Promise<BenchLine[]>> = {
  features: benchFeatures,
  forest: benchForest,
  evaluation: benchEvaluation,
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => BENCHES[name] === undefined)
if (unknown.length > 0) {
  console.error(`Cannot run bench "${unknown[0]}": expected some of ${Object.keys(BENCHES).join(', ')}`)
  process.exit(2)
}

const verdictOf = ({ ratio, bar }: BenchLine): string => {
  if (Number.isNaN(ratio)) return 'skipped'
  return ratio <= bar ? 'ok' : 'OVER'
}

const lines: BenchLine[] = []
for (const [name, run] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  console.error(`bench ${name} ...`)
  lines.push(...(await run()))
}
console.log(
  table([
    ['bench', 'ratio', 'bar', '', 'measured'],
    ...lines.map((line) => [
      line.name,
      Number.isNaN(line.ratio) ? '–' : line.ratio.toFixed(3),
      line.bar.toFixed(2),
      verdictOf(line),
      line.detail,
    ]),
  ]),
)
if (lines.some((line) => verdictOf(line) === 'OVER')) process.exitCode = 1
