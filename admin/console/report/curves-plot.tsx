// The deferral curves of the routers, between the line of lots and the oracle. All of them would be a thicket: confidence,
// which is to be beaten, and those that are asked for.

import { MultiSelect } from '@mantine/core'
import { useMemo, useState } from 'react'
import type { PairReport } from '#contract/results/pair-report.ts'
import { type PointSeries, ScatterChart } from '../charts/scatter-chart.tsx'

const X = { name: 'sent to the edge, %', show: (value: number) => value.toFixed(0) }
const Y = { name: 'top-1, %', show: (value: number) => value.toFixed(1) }
const FIRST = ['confidence', 'forest']

export function CurvesPlot({ report }: { readonly report: PairReport }) {
  const kinds = report.routers.map(({ kind }) => kind)
  const [shown, setShown] = useState<string[]>(kinds.filter((kind) => FIRST.includes(kind)))
  const series = useMemo(() => seriesOf(report, shown), [report, shown])
  return (
    <>
      <MultiSelect label="Routers" data={kinds} value={shown} onChange={setShown} mb="sm" maw={520} />
      <ScatterChart
        label={`Top-1 against the share sent, of ${shown.join(', ')}, lots and the oracle; the tables below have the figures`}
        x={X}
        y={Y}
        series={series}
      />
    </>
  )
}

function seriesOf({ routers, shares }: PairReport, shown: readonly string[]): PointSeries[] {
  const { bothRight, onlyEdgeRight: g, onlyLocalRight: h } = shares
  const [local, edge] = [bothRight + h, bothRight + g]
  const point = (offload: number, top1: number) => ({ x: offload * 100, y: top1 * 100, name: '' })
  return [
    ...routers
      .filter(({ kind }) => shown.includes(kind))
      .map(({ kind, curve }) => ({
        name: kind,
        isLine: true,
        points: curve.map((p) => point(p.offload, p.top1)),
      })),
    { name: 'lots', isLine: true, points: [point(0, local), point(1, edge)] },
    {
      name: 'oracle',
      isLine: true,
      points: [point(0, local), point(g, local + g), point(1 - h, local + g), point(1, edge)],
    },
  ]
}
