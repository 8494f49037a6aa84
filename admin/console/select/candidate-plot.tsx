// The candidates as the local device pays for them: top-1 against latency, with those that no other beats in both, the
// chosen two named.

import { Card, Title } from '@mantine/core'
import { useMemo } from 'react'
import type { SelectionCandidate } from '#contract/results/selection.ts'
import type { PointSeries } from '../charts/points.ts'
import { ScatterChart } from '../charts/scatter-chart.tsx'
import { milliseconds } from '../parts/format.ts'
import type { Result } from './selection-page.tsx'

const X = { name: 'mean local latency', show: milliseconds, isLog: true }
const Y = { name: 'top-1, %', show: (value: number) => value.toFixed(0) }

export function CandidatePlot({ result }: { readonly result: Result }) {
  const series = useMemo(() => seriesOf(result), [result])
  return (
    <Card withBorder>
      <Title order={2} size="h4">
        All models
      </Title>
      <ScatterChart
        label="Top-1 against latency at the local device of every candidate; the table below has the figures"
        x={X}
        y={Y}
        series={series}
      />
    </Card>
  )
}

function seriesOf(result: Result): PointSeries[] {
  const { candidates } = result
  const roleOf = ({ modelId }: SelectionCandidate) =>
    !result.ok
      ? undefined
      : modelId === result.localModelId
        ? 'local'
        : modelId === result.edgeModelId
          ? 'edge'
          : undefined
  const isBeaten = (one: SelectionCandidate) =>
    candidates.some(
      (other) =>
        other.top1 >= one.top1 &&
        other.localLatencyMeanMs <= one.localLatencyMeanMs &&
        (other.top1 > one.top1 || other.localLatencyMeanMs < one.localLatencyMeanMs),
    )
  const of = (wanted: (one: SelectionCandidate) => boolean, label: (one: SelectionCandidate) => string) =>
    candidates
      .filter(wanted)
      .map((one) => ({ x: one.localLatencyMeanMs, y: one.top1 * 100, name: label(one), isMarked: true }))
      .sort((a, b) => a.x - b.x)
  return [
    {
      name: 'on the front',
      isLine: true,
      hasDots: true,
      points: of(
        (one) => !isBeaten(one),
        ({ name }) => name,
      ),
    },
    { name: 'beaten by another', points: of(isBeaten, ({ name }) => name) },
    {
      name: 'chosen',
      points: of(
        (one) => roleOf(one) !== undefined,
        () => '',
      ),
    },
  ]
}
