// One page of plots of a soak: answers and their times, then memory, open files and threads of every process over time,
// with the faults as lines through all of it.

import { drawPlot, type Plot } from '../report/draw-plot.ts'
import { quantileOf } from '../serve/rig/rounds.ts'
import { MEASURES, type Measure } from './sampling.ts'
import type { Soaked } from './soak.ts'

const WIDTH = 900
const TITLES: Record<Measure, string> = { memoryMb: 'memory, MB', fds: 'open files', threads: 'threads' }

export function drawSoak(soaked: Soaked, name: string): Promise<string | undefined> {
  const binS = Math.max(5, Math.round((soaked.minutes * 60) / 240))
  const over = (data: readonly object[], y: string, title: string, more: Plot = {}): Plot => ({
    width: WIDTH,
    height: 130,
    layer: [
      {
        data: { values: soaked.faults.map(({ atS, name: fault }) => ({ min: atS / 60, fault })) },
        mark: { type: 'rule', color: '#bbb', strokeDash: [3, 3] },
        encoding: { x: { field: 'min', type: 'quantitative' } },
      },
      {
        data: { values: data },
        mark: { type: 'line', strokeWidth: 1.2, point: false },
        encoding: {
          x: { field: 'min', type: 'quantitative', title: 'minutes' },
          y: { field: y, type: 'quantitative', title, ...more },
          color: { field: 'series', type: 'nominal', title: null },
          detail: { field: 'life' },
        },
      },
    ],
  })
  const measures = MEASURES.map((measure) =>
    over(
      soaked.samples.map((s) => ({
        min: round(s.atS / 60),
        v: round(s[measure]),
        series: s.process,
        life: s.life,
      })),
      'v',
      TITLES[measure],
      { scale: { zero: true } },
    ),
  )
  return drawPlot(name, {
    title: `Soak: ${soaked.minutes.toFixed(0)} minutes, a fault every ${soaked.plan.faultEveryS} s`,
    vconcat: [
      faultNames(soaked),
      over(ratesOf(soaked, binS), 'v', 'answers a second'),
      over(timesOf(soaked, binS), 'v', 'milliseconds', { scale: { type: 'log' } }),
      ...measures,
    ],
    resolve: { scale: { color: 'independent' } },
  })
}

const faultNames = ({ faults, minutes }: Soaked): Plot => ({
  width: WIDTH,
  height: 130,
  data: {
    values: faults.map(({ atS, wellS, endS, name }) => ({
      min: atS / 60,
      to: (Number.isNaN(wellS) ? endS : wellS) / 60,
      name,
    })),
  },
  mark: { type: 'bar', height: 7 },
  encoding: {
    x: { field: 'min', type: 'quantitative', title: 'minutes', scale: { domain: [0, round(minutes)] } },
    x2: { field: 'to' },
    y: { field: 'name', type: 'nominal', title: null, axis: { labelLimit: 260 } },
  },
})

type Point = { readonly min: number; readonly v: number; readonly series: string }

function ratesOf({ load, beganMs }: Soaked, binS: number): Point[] {
  const kindOf = ({ status, tier }: { status: number; tier: string }) =>
    status === 200 ? `by the ${tier} tier` : status === 0 ? 'no answer' : 'refused'
  const counts = new Map<string, Map<number, number>>()
  const all = new Set<number>()
  for (const asked of load.asked) {
    const bins = counts.get(kindOf(asked)) ?? new Map<number, number>()
    const bin = Math.floor((asked.atMs - beganMs) / 1_000 / binS)
    all.add(bin)
    counts.set(kindOf(asked), bins.set(bin, (bins.get(bin) ?? 0) + 1))
  }
  const inOrder = [...all].sort((a, b) => a - b)
  // Nothing of a kind is a count as well: without it a line would be drawn across.
  return [...counts].flatMap(([series, bins]) =>
    inOrder.map((bin) => ({
      min: round((bin * binS) / 60),
      v: round((bins.get(bin) ?? 0) / binS),
      series,
    })),
  )
}

function timesOf({ load, beganMs }: Soaked, binS: number): Point[] {
  const bins = new Map<number, number[]>()
  for (const { atMs, tookMs, status } of load.asked) {
    if (status !== 200) continue
    const bin = Math.floor((atMs - beganMs) / 1_000 / binS)
    bins.set(bin, [...(bins.get(bin) ?? []), tookMs])
  }
  return [...bins].flatMap(([bin, ms]) => {
    const sorted = ms.sort((a, b) => a - b)
    const min = round((bin * binS) / 60)
    return [
      { min, v: round(quantileOf(sorted, 0.5)), series: 'p50' },
      { min, v: round(quantileOf(sorted, 0.99)), series: 'p99' },
    ]
  })
}

const round = (value: number): number => Number(value.toFixed(3))
