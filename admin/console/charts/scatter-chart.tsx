// Named points on two axes: models by cost and accuracy, pairs with their front. Points of one series have one colour
// and shape; the name of the nearest is shown while the pointer is there, and always for those that are marked.

import { useMemo } from 'react'
import type uPlot from 'uplot'
import { Chart, COLOURS } from './chart.tsx'

export interface Point {
  readonly x: number
  readonly y: number
  readonly name: string
  readonly isMarked?: boolean
}

export interface PointSeries {
  readonly name: string
  readonly points: readonly Point[]
  /** Joined from left to right. */
  readonly isLine?: boolean
}

interface ScatterProps {
  readonly label: string
  readonly x: { readonly name: string; readonly show: (value: number) => string; readonly isLog?: boolean }
  readonly y: { readonly name: string; readonly show: (value: number) => string }
  readonly series: readonly PointSeries[]
  readonly height?: number
}

/** One row of x for all series: uPlot wants them aligned, with gaps where a series has no point. */
function aligned(series: readonly PointSeries[]): uPlot.AlignedData {
  const all = series.flatMap(({ points }, of) => points.map((point) => ({ point, of })))
  all.sort((a, b) => a.point.x - b.point.x)
  const xs = all.map(({ point }) => point.x)
  const ys = series.map((_, of) => all.map((entry) => (entry.of === of ? entry.point.y : null)))
  return [xs, ...ys] as uPlot.AlignedData
}

export function ScatterChart({ label, x, y, series, height = 340 }: ScatterProps) {
  const data = useMemo(() => aligned(series), [series])
  const options = useMemo(
    () => ({
      legend: { show: series.length > 1, live: false },
      cursor: { points: { size: 10 } },
      scales: { x: { time: false, distr: x.isLog ? (3 as const) : (1 as const) }, y: {} },
      axes: [
        {
          label: x.name,
          values: (_: uPlot, ticks: number[]) => ticks.map((t) => (t === null ? '' : x.show(t))),
        },
        { label: y.name, size: 64, values: (_: uPlot, ticks: number[]) => ticks.map(y.show) },
      ],
      series: [
        {},
        ...series.map(({ name, isLine = false }, i) => ({
          label: name,
          stroke: COLOURS[i % COLOURS.length]!,
          width: isLine ? 2 : 0,
          spanGaps: isLine,
          ...(isLine ? {} : { paths: () => null }),
          points: { show: true, size: isLine ? 8 : 9, fill: COLOURS[i % COLOURS.length]! },
        })),
      ],
      hooks: { draw: [(plot: uPlot) => drawNames(plot, series)] },
    }),
    [series, x, y],
  )
  return <Chart label={label} options={options} data={data} height={height} />
}

function drawNames(plot: uPlot, series: readonly PointSeries[]): void {
  const { ctx } = plot
  ctx.save()
  ctx.font = `${12 * devicePixelRatio}px system-ui`
  ctx.fillStyle = getComputedStyle(plot.root).color
  for (const { points } of series)
    for (const { x, y, name, isMarked } of points) {
      if (!isMarked) continue
      const left = plot.valToPos(x, 'x', true)
      const isRight = left > plot.bbox.left + plot.bbox.width * 0.7
      ctx.textAlign = isRight ? 'right' : 'left'
      ctx.fillText(name, left + (isRight ? -10 : 10) * devicePixelRatio, plot.valToPos(y, 'y', true) - 8)
    }
  ctx.restore()
}
