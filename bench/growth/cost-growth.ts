// `npm run bench -- cost-growth`: what work costs as a fleet and its data grow: against images (1,000 to 50,000), models (2
// to 12), devices (10 to 100,000) and decisions (10,000 to 1,000,000; to 10,000,000 with `--large`). An exponent is
// fitted to each (fit-exponent.ts): 1 is linear. What grows faster is named, and why, where it is known.

import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { BenchLine, BenchOptions } from '../bench-line.ts'
import { markdownTable } from '../markdown-table.ts'
import { drawPlot } from '../report/draw-plot.ts'
import { machineSentence } from '../report/machine.ts'
import { resultsFolder } from '../report/results-folder.ts'
import { computeSeries } from './compute-series.ts'
import { type Exponent, fitExponent, type Point } from './fit-exponent.ts'
import { pollSeries } from './poll-series.ts'
import { rowSeries } from './row-series.ts'
import { storedSeries } from './stored-series.ts'

export interface Series {
  readonly what: string
  readonly against: 'images' | 'models' | 'devices' | 'decisions'
  readonly unit: string
  readonly points: readonly Point[]
  /** Of a cost that is more than linear by its nature. */
  readonly because?: string
}

/** Sorting and halving bring a logarithm, which over this range looks like an exponent a little above 1. */
const LINEAR_MAX = 1.15

export async function benchCostGrowth(options: BenchOptions): Promise<BenchLine[]> {
  const series: Series[] = []
  for (const measure of [computeSeries, storedSeries, rowSeries, pollSeries]) {
    for (const one of await measure(options)) {
      console.error(`  ${one.what}, against ${one.against}: ${pointsOf(one)}`)
      series.push(one)
    }
  }
  const fitted = series.map((one) => ({ ...one, fit: fitExponent(one.points) }))
  await write(fitted)
  return fitted.map(({ what, against, fit, because, points }) => ({
    name: `exponent of ${what}, against ${against}`,
    ratio: fit.exponent,
    // Linear is what is promised; the interval must say that it is more.
    bar: fit.low > LINEAR_MAX ? LINEAR_MAX : Math.max(LINEAR_MAX, fit.exponent),
    spread: { least: fit.low, most: fit.high },
    unit: 'exponent',
    detail: `${points[0]!.size} to ${points.at(-1)!.size}; between the last two ${fit.last.toFixed(2)}${because ? `; ${because}` : ''}`,
  }))
}

const pointsOf = ({ points, unit }: Series): string =>
  points.map(({ size, cost }) => `${size}: ${cost.toPrecision(3)} ${unit}`).join(', ')

type Fitted = Series & { readonly fit: Exponent }

async function write(fitted: readonly Fitted[]): Promise<void> {
  const plots = []
  for (const against of ['images', 'models', 'devices', 'decisions'] as const) {
    const plot = await plotOf(
      against,
      fitted.filter((one) => one.against === against),
    )
    if (plot) plots.push(`![](${plot})`)
  }
  const rows = fitted.map((one) => [
    one.what,
    one.against,
    pointsOf(one),
    `${one.fit.exponent.toFixed(2)} [${one.fit.low.toFixed(2)}, ${one.fit.high.toFixed(2)}]`,
    one.fit.last.toFixed(2),
    one.fit.low > LINEAR_MAX
      ? `more than linear${one.because ? `: ${one.because}` : ''}`
      : (one.because ?? 'at most linear'),
  ])
  const text = [
    '# Growth of cost with size',
    `\`npm run bench -- cost-growth\`: the cost of work at several sizes, and the exponent of a power of the size fitted to it (least squares of logarithms, 95 % interval; 0 constant, 1 linear), beside that between the two largest sizes alone, where what is fixed counts least. ${machineSentence()}`,
    markdownTable(['what', 'against', 'measured', 'exponent', 'last step', ''], rows),
    ...plots,
  ]
  await mkdir(resultsFolder(), { recursive: true })
  await writeFile(path.join(resultsFolder(), 'cost-growth.md'), `${text.join('\n\n')}\n`)
}

function plotOf(against: string, fitted: readonly Fitted[]): Promise<string | undefined> {
  const values = fitted.flatMap(({ what, unit, points, fit }) =>
    points.map(({ size, cost }) => ({ size, cost, what: `${what} (${unit}), ${fit.exponent.toFixed(2)}` })),
  )
  return drawPlot(`growth-${against}`, {
    title: `Cost against ${against}, with fitted exponents`,
    width: 420,
    height: 260,
    data: { values },
    mark: { type: 'line', point: true },
    encoding: {
      x: { field: 'size', type: 'quantitative', scale: { type: 'log' }, title: against },
      y: { field: 'cost', type: 'quantitative', scale: { type: 'log' }, title: 'cost' },
      color: { field: 'what', type: 'nominal', title: null, legend: { labelLimit: 420 } },
    },
  })
}
