// The deferral curves of the routers, between the line of lots and the oracle. All of them would be a thicket: confidence,
// which is to be beaten, and those that are asked for; bands only where few are shown.

import { MultiSelect, Text } from '@mantine/core'
import { useMemo, useState } from 'react'
import type { PairReport } from '#contract/results/pair-report.ts'
import { ScatterChart } from '../charts/scatter-chart.tsx'
import { whole } from '../parts/format.ts'
import { boundsOf, curveSeries } from '../train/curve-points.ts'

const X = { name: 'sent to the edge, %', show: (value: number) => value.toFixed(0) }
const Y = { name: 'top-1, %', show: (value: number) => value.toFixed(0) }
const FIRST = ['confidence', 'forest']
const BANDS_MAX = 2

export function CurvesPlot({ report }: { readonly report: PairReport }) {
  const kinds = report.routers.map(({ kind }) => kind)
  const [shown, setShown] = useState<string[]>(kinds.filter((kind) => FIRST.includes(kind)))
  const hasBands = shown.length <= BANDS_MAX
  const series = useMemo(
    () => [
      ...report.routers
        .filter(({ kind }) => shown.includes(kind))
        .map(({ kind, curve }) => curveSeries(kind, curve, hasBands ? report.images : undefined)),
      ...boundsOf(report.shares),
    ],
    [report, shown, hasBands],
  )
  return (
    <>
      <MultiSelect label="Routers" data={kinds} value={shown} onChange={setShown} mb="sm" maw={520} />
      <ScatterChart
        label={`Top-1 against the share sent, of ${shown.join(', ')}, lots and the oracle; the tables below have the figures`}
        x={X}
        y={Y}
        series={series}
      />
      <Text size="xs" c="dimmed">
        {hasBands
          ? `Bands are 95 % intervals of each point, of ${whole(report.images)} held-out images. That two of them overlap says nothing about which router is better: the table of differences does.`
          : 'Choose at most two routers to see how sure each point is.'}
      </Text>
    </>
  )
}
