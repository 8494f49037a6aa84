// Named points on two axes: models by cost and accuracy, pairs with their front. Points of one series have one colour
// and shape; the name of the nearest is shown while the pointer is there, and for those that are marked also without, as
// far as they have room.

import { useMemo } from 'react'
import type uPlot from 'uplot'
import { Chart, COLOURS } from './chart.tsx'
import { nameUnderPointer } from './name-under-pointer.ts'
import { withoutOverlap } from './place-names.ts'
import type { Point, PointSeries } from './points.ts'

interface ScatterProps {
  readonly label: string
  readonly x: { readonly name: string; readonly show: (value: number) => string; readonly isLog?: boolean }
  readonly y: { readonly name: string; readonly show: (value: number) => string }
  readonly series: readonly PointSeries[]
  readonly height?: number
}

/** Pixels of the page's own colour around a name. */
const HALO = 2
/** Pixels for a label such as "59.2 mJ" and a gap. */
const LABEL_SPACE = 72

/** Of a decade 1, 2 and 5 where their labels have room: the library would tell powers of ten alone. */
function oneTwoFive(plot: uPlot, ticks: number[]) {
  const decade = plot.valToPos(10, 'x') - plot.valToPos(1, 'x')
  const told = decade * Math.log10(2) > LABEL_SPACE ? [1, 2, 5] : [1]
  return ticks.map((tick) =>
    told.includes(Math.round(tick / 10 ** Math.floor(Math.log10(tick) + 1e-9))) ? tick : null,
  )
}

/**
 * One row of x for all series: uPlot wants them aligned, with gaps where a series has no point. Behind the series come
 * the limits of those that have some.
 */
function aligned(series: readonly PointSeries[]): uPlot.AlignedData {
  const all = series.flatMap(({ points }, of) => points.map((point) => ({ point, of })))
  all.sort((a, b) => a.point.x - b.point.x)
  const column = (wanted: number, value: (point: Point) => number | undefined) =>
    all.map(({ point, of }) => (of === wanted ? (value(point) ?? null) : null))
  return [
    all.map(({ point }) => point.x),
    ...series.map((_, of) => column(of, ({ y }) => y)),
    ...banded(series).flatMap((of) => [column(of, ({ high }) => high), column(of, ({ low }) => low)]),
  ] as uPlot.AlignedData
}

/** The series that have limits. */
const banded = (series: readonly PointSeries[]): number[] =>
  series.flatMap(({ points }, of) => (points[0]?.low === undefined ? [] : [of]))

const colourOf = (of: number): string => COLOURS[of % COLOURS.length]!

/** Invisible lines, and what lies between them. */
function limitsOf(series: readonly PointSeries[]) {
  const wanted = banded(series)
  const line = {
    stroke: 'transparent',
    width: 0,
    spanGaps: true,
    points: { show: false },
    class: 'chart-limit',
  }
  return {
    series: wanted.flatMap(() => [line, line]),
    bands: wanted.map((of, i) => {
      const high = 1 + series.length + 2 * i
      return { series: [high, high + 1] as uPlot.Band.Bounds, fill: `${colourOf(of)}33` }
    }),
  }
}

export function ScatterChart({ label, x, y, series, height = 340 }: ScatterProps) {
  const data = useMemo(() => aligned(series), [series])
  const options = useMemo(() => {
    const limits = limitsOf(series)
    return {
      legend: { show: series.length > 1, live: false },
      cursor: { points: { size: 10 } },
      scales: { x: { time: false, distr: x.isLog ? (3 as const) : (1 as const) }, y: {} },
      axes: [
        {
          label: x.name,
          values: (_: uPlot, ticks: number[]) => ticks.map((t) => (t === null ? '' : x.show(t))),
          space: LABEL_SPACE,
          ...(x.isLog ? { filter: oneTwoFive } : {}),
        },
        { label: y.name, size: 64, values: (_: uPlot, ticks: number[]) => ticks.map(y.show) },
      ],
      series: [
        {},
        ...series.map(({ name, isLine = false, hasDots = false }, i) => ({
          label: name,
          stroke: colourOf(i),
          width: isLine ? 2 : 0,
          spanGaps: isLine,
          ...(isLine ? {} : { paths: () => null }),
          points: { show: !isLine || hasDots, size: 9, fill: colourOf(i) },
        })),
        ...limits.series,
      ],
      bands: limits.bands,
      plugins: [nameUnderPointer(series)],
      hooks: { draw: [(plot: uPlot) => drawNames(plot, series)] },
    }
  }, [series, x, y])
  return <Chart label={label} options={options} data={data} height={height} />
}

/** Of the last series first: it lies on top of the others. */
function drawNames(plot: uPlot, series: readonly PointSeries[]): void {
  const { ctx, bbox } = plot
  const height = 12 * devicePixelRatio
  ctx.save()
  ctx.font = `${height}px system-ui`
  ctx.fillStyle = getComputedStyle(plot.root).color
  // uPlot leaves what its axes were written with.
  ctx.textAlign = 'left'
  ctx.textBaseline = 'alphabetic'
  const marked = series.toReversed().flatMap(({ points }) => points.filter(({ isMarked }) => isMarked))
  const names = marked.map(({ x, y, name }) => {
    const { width } = ctx.measureText(name)
    // Beside its point, or as far to the left as it must be to be whole.
    const beside = plot.valToPos(x, 'x', true) + 10 * devicePixelRatio
    const left = Math.max(bbox.left, Math.min(beside, bbox.left + bbox.width - width))
    const bottom = plot.valToPos(y, 'y', true) - 8 * devicePixelRatio
    return { name, left, top: bottom - height, width, height, bottom }
  })
  // Readable also where it lies over points.
  ctx.strokeStyle = getComputedStyle(plot.root).getPropertyValue('--mantine-color-body')
  ctx.lineWidth = HALO * devicePixelRatio
  ctx.lineJoin = 'round'
  for (const { name, left, bottom } of withoutOverlap(names)) {
    ctx.strokeText(name, left, bottom)
    ctx.fillText(name, left, bottom)
  }
  ctx.restore()
}
