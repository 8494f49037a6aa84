// `npm run bench [names]`: what must be fast, as ratios to a reference measured in the same run, since absolute times say
// more about the machine than about the code. A table here, JSON, pages and plots in bench/results. A ratio above its bar
// ends with exit code 1. `--quick` shows in some minutes that all runs; its results are not kept. What takes long runs
// only where it is named: `npm run bench -- growth --count 1000000`, `npm run bench -- soak --minutes 60`.

import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { table } from '#admin/cli/table.ts'
import type { BenchLine, BenchOptions } from './bench-line.ts'
import { ALL, type Bench, ON_REQUEST, USUAL } from './registry.ts'
import { commit, load, machine } from './report/machine.ts'
import { KEPT, keepNothing, resultsFolder } from './report/results-folder.ts'
import { measurementOf, verdictOf, writeJson } from './report/write-json.ts'
import { currentPage, RESULTS_PAGE } from './write-results.ts'

const { positionals: wanted, values } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    large: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    count: { type: 'string' },
    minutes: { type: 'string', default: '60' },
    rate: { type: 'string', default: '20' },
    every: { type: 'string', default: '60' },
  },
})

function fail(message: string): never {
  console.error(message)
  process.exit(2)
}

function number(name: string, text: string): number {
  return Number(text) > 0
    ? Number(text)
    : fail(`Cannot read option "--${name}": is ${text}, expected a positive number`)
}

const options: BenchOptions = {
  quick: values.quick,
  large: values.large,
  count: number('count', values.count ?? (values.quick ? '10000' : '100000')),
  minutes: number('minutes', values.minutes),
  rate: number('rate', values.rate),
  faultEveryS: number('every', values.every),
}

const linesOf = (lines: readonly BenchLine[]) =>
  lines.map((line) => [
    line.name,
    Number.isNaN(line.ratio) ? '–' : line.ratio.toPrecision(3),
    line.spread ? `${line.spread.least.toPrecision(3)} to ${line.spread.most.toPrecision(3)}` : '',
    Number.isNaN(line.bar) ? '–' : line.bar.toFixed(2),
    verdictOf(line),
    line.detail,
  ])

async function runOne(name: string, bench: Bench): Promise<BenchLine[]> {
  const [before, startedMs] = [load(), performance.now()]
  const lines = await bench.run(options)
  const tookS = Number(((performance.now() - startedMs) / 1_000).toFixed(1))
  console.error(`bench ${name} took ${tookS} s`)
  await writeJson({
    ...{ bench: name, command: `npm run bench -- ${name}`, at: new Date().toISOString(), tookS },
    ...{ commit: commit(), machine: machine(), load: { before, after: load() } },
    lines: lines.map(measurementOf),
  })
  return lines
}

if (values.list) {
  const rows = [...Object.entries(USUAL), ...Object.entries(ON_REQUEST)]
  console.log(table(rows.map(([name, { what }]) => [name, name in USUAL ? '' : 'on request', what])))
  process.exit(0)
}
const unknown = wanted.find((name) => ALL[name] === undefined)
if (unknown !== undefined)
  fail(`Cannot run bench "${unknown}": expected some of ${Object.keys(ALL).join(', ')}`)
if (options.quick) keepNothing()
const names = wanted.length > 0 ? wanted : Object.keys(USUAL)
const lines: BenchLine[] = []
const beganMs = performance.now()
for (const [i, name] of names.entries()) {
  const minutes = ((performance.now() - beganMs) / 60_000).toFixed(1)
  console.error(`bench ${name} (${i + 1} of ${names.length}, ${minutes} min): ${ALL[name]!.what} ...`)
  lines.push(...(await runOne(name, ALL[name]!)))
}
console.log(table([['bench', 'ratio', 'spread', 'bar', '', 'measured'], ...linesOf(lines)]))
// Short runs have kept nothing that the page could say.
if (resultsFolder() === KEPT) await writeFile(RESULTS_PAGE, await currentPage())
if (lines.some((line) => verdictOf(line) === 'OVER')) process.exitCode = 1
