// The energy of an image in each of the last hours.

import { useMemo } from 'react'
import type { PointSeries } from '../charts/points.ts'
import { ScatterChart } from '../charts/scatter-chart.tsx'

const HOUR_MS = 3_600_000
const X = {
  name: 'hours ago',
  show: (hours: number) => (hours === 0 ? 'now' : Number.isInteger(hours) ? String(-hours) : ''),
}
const Y = { name: 'mJ an image', show: (mj: number) => mj.toFixed(mj < 10 ? 1 : 0) }

interface HourRow {
  readonly hour: string
  readonly images: number
  readonly energyJ: number
}

export function HourChart({ rows }: { readonly rows: readonly HourRow[] }) {
  const series = useMemo<PointSeries[]>(() => {
    const now = Math.floor(Date.now() / HOUR_MS)
    const points = rows.map(({ hour, images, energyJ }) => ({
      x: Math.floor(Date.parse(hour) / HOUR_MS) - now,
      y: (energyJ / images) * 1_000,
      name: '',
    }))
    return [{ name: 'energy', isLine: true, points }]
  }, [rows])
  return (
    <ScatterChart
      label="Energy of an image in each of the last hours"
      x={X}
      y={Y}
      series={series}
      height={220}
    />
  )
}
