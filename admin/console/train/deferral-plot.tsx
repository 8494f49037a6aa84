// Top-1 against the share sent, on held-out folds: the router's curve between the straight line of lots and the oracle.

import { useMemo } from 'react'
import type { Evaluation } from '#contract/results/evaluation.ts'
import { type PointSeries, ScatterChart } from '../charts/scatter-chart.tsx'
import { percent } from '../parts/format.ts'

const X = { name: 'sent to the edge, %', show: (value: number) => value.toFixed(0) }
const Y = { name: 'top-1, %', show: (value: number) => value.toFixed(1) }

export function DeferralPlot({ evaluation }: { readonly evaluation: Evaluation }) {
  const series = useMemo(() => seriesOf(evaluation), [evaluation])
  const { gain, offload } = evaluation.verdict.bestOffload ?? { gain: 0, offload: 0 }
  return (
    <ScatterChart
      label={`Top-1 against the share sent. The router is above lots most at ${percent(offload, 0)} sent, by ${(gain * 100).toFixed(1)} points.`}
      x={X}
      y={Y}
      series={series}
    />
  )
}

function seriesOf({ deferralCurve, shares, strategies }: Evaluation): PointSeries[] {
  const { bothRight, onlyEdgeRight: g, onlyLocalRight: h } = shares
  const [local, edge] = [bothRight + h, bothRight + g]
  const point = (offload: number, top1: number, name = '', isMarked = false) => ({
    x: offload * 100,
    y: top1 * 100,
    name,
    isMarked,
  })
  const own = strategies.find((s) => s.name === 'router')
  return [
    { name: 'router', isLine: true, points: deferralCurve.map((p) => point(p.offload, p.top1)) },
    { name: 'lots', isLine: true, points: [point(0, local), point(1, edge)] },
    {
      name: 'oracle',
      isLine: true,
      points: [point(0, local), point(g, local + g), point(1 - h, local + g), point(1, edge)],
    },
    ...(own
      ? [{ name: 'its threshold', points: [point(own.offloadShare, own.top1.value, 'threshold', true)] }]
      : []),
  ]
}
