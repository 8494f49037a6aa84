// How much was sent to the edge, hour by hour.

import { Card, Text, Title } from '@mantine/core'
import { useMemo } from 'react'
import type { PointSeries } from '../charts/points.ts'
import { ScatterChart } from '../charts/scatter-chart.tsx'
import { type Figures, sum } from './last-day.ts'

const HOUR_MS = 3_600_000
const X = {
  name: 'hours ago',
  show: (hours: number) => (hours === 0 ? 'now' : Number.isInteger(hours) ? String(-hours) : ''),
}
const Y = { name: 'sent to the edge, %', show: (share: number) => share.toFixed(0) }

export function OffloadChart({ rows }: { readonly rows: readonly Figures[] }) {
  const series = useMemo(() => seriesOf(rows), [rows])
  // One point is no course.
  if (series[0]!.points.length < 2) return null
  return (
    <Card withBorder>
      <Title order={2} size="h4">
        Sent to the edge, by hour
      </Title>
      <Text size="sm" c="dimmed">
        A step up with the same deployment: other images than before, or a router that has lost its footing.
      </Text>
      <ScatterChart
        label="Share of images sent to the edge in each of the last hours"
        x={X}
        y={Y}
        series={series}
        height={220}
      />
    </Card>
  )
}

function seriesOf(rows: readonly Figures[]): PointSeries[] {
  const thisHour = Math.floor(Date.now() / HOUR_MS)
  const periods = [...new Set(rows.map(({ period }) => period))]
  const points = periods.map((period) => {
    const of = rows.filter((row) => row.period === period)
    const images = sum(of, (row) => row.images)
    const sent = sum(of, (row) => (row.tier === 'edge' ? row.images : 0))
    return {
      x: Math.floor(Date.parse(period) / HOUR_MS) - thisHour,
      y: (sent / Math.max(images, 1)) * 100,
      name: '',
    }
  })
  return [{ name: 'sent', isLine: true, points }]
}
