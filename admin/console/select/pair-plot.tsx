// All ordered pairs by energy and accuracy under an assumed router. A pair is on the front when no other is at least as good
// in accuracy, energy and latency at once: seen by two of these the front is no line.

import { Card, Text, Title } from '@mantine/core'
import { useMemo } from 'react'
import type { FrontPair } from '#contract/results/selection.ts'
import type { PointSeries } from '../charts/points.ts'
import { ScatterChart } from '../charts/scatter-chart.tsx'
import { joules, percent } from '../parts/format.ts'
import { nameOf } from './pair-names.ts'
import type { Result } from './selection-page.tsx'

const X = { name: 'device energy of an image', show: joules }
const Y = { name: 'top-1, %', show: (value: number) => value.toFixed(0) }

export function PairPlot({ result }: { readonly result: Result }) {
  const series = useMemo(() => seriesOf(result), [result])
  const { assumption } = result
  return (
    <Card withBorder>
      <Title order={2} size="h4">
        All pairs
      </Title>
      <ScatterChart
        label="Top-1 against device energy of every pair; of those on the front as many are named as have room"
        x={X}
        y={Y}
        series={series}
      />
      {assumption && (
        <Text size="xs" c="dimmed">
          Under a router like “{assumption.router}”
          {assumption.router === 'oracle' ? '' : ` that sends ${percent(assumption.offloadShare, 0)}`}, until
          one is trained. Upload: {assumption.uploadSource}.
        </Text>
      )}
    </Card>
  )
}

function seriesOf(result: Result): PointSeries[] {
  const front = result.front ?? []
  const isChosen = (p: FrontPair) =>
    result.ok &&
    p.local === nameOf(result, result.localModelId) &&
    p.edge === nameOf(result, result.edgeModelId)
  const of = (pairs: readonly FrontPair[], isMarked = false) =>
    pairs.map((p) => ({ x: p.deviceEnergyJ, y: p.top1 * 100, name: `${p.local} → ${p.edge}`, isMarked }))
  return [
    {
      name: 'on the front',
      points: of(
        front.filter((p) => !p.isDominated && !isChosen(p)),
        true,
      ),
    },
    { name: 'dominated', points: of(front.filter((p) => p.isDominated && p.isAdmissible && !isChosen(p))) },
    { name: 'chosen', points: of(front.filter(isChosen), true) },
    {
      name: 'beyond your limits',
      points: of(front.filter((p) => p.isDominated && !p.isAdmissible && !isChosen(p))),
    },
  ]
}
