// Top-1 against the share sent, on held-out folds: the router's curve with its band, between the straight line of lots and
// the oracle.

import { Text } from '@mantine/core'
import { useMemo } from 'react'
import type { Evaluation } from '#contract/results/evaluation.ts'
import { ScatterChart } from '../charts/scatter-chart.tsx'
import { percent, whole } from '../parts/format.ts'
import { boundsOf, curveSeries } from './curve-points.ts'

const X = { name: 'sent to the edge, %', show: (value: number) => value.toFixed(0) }
const Y = { name: 'top-1, %', show: (value: number) => value.toFixed(0) }

export function DeferralPlot({ evaluation }: { readonly evaluation: Evaluation }) {
  const series = useMemo(() => {
    const { deferralCurve, shares, strategies, images } = evaluation
    const own = strategies.find((s) => s.name === 'router')
    const point = own && {
      x: own.offloadShare * 100,
      y: own.top1.value * 100,
      name: 'threshold',
      isMarked: true,
    }
    return [
      curveSeries('router', deferralCurve, images),
      ...boundsOf(shares),
      ...(point ? [{ name: 'its threshold', points: [point] }] : []),
    ]
  }, [evaluation])
  const { gain, offload } = evaluation.verdict.bestOffload ?? { gain: 0, offload: 0 }
  return (
    <>
      <ScatterChart
        label={`Top-1 against the share sent. The router is above lots most at ${percent(offload, 0)} sent, by ${(gain * 100).toFixed(1)} points.`}
        x={X}
        y={Y}
        series={series}
      />
      <Text size="xs" c="dimmed">
        The band is the 95 % interval of each point, of {whole(evaluation.images)} held-out images. Lots reach
        the straight line without any router; nothing reaches more than the oracle.
      </Text>
    </>
  )
}
