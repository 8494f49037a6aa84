// A uPlot chart as large as its place, in the colours of the page. Charts are pictures: the words under `label` and a
// table beside them say the same to whoever cannot see them.

import { Box, useComputedColorScheme } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'

export interface ChartProps {
  readonly label: string
  readonly options: Omit<uPlot.Options, 'width' | 'height' | 'axes'> & { axes: uPlot.Axis[] }
  readonly data: uPlot.AlignedData
  readonly height?: number
}

/** Told apart by people who do not see red and green apart (Okabe and Ito), on white and on black. */
export const COLOURS = ['#0c8599', '#e8590c', '#9c36b5', '#5c940d', '#e03131', '#1971c2', '#868e96'] as const

export function Chart({ label, options, data, height = 320 }: ChartProps) {
  const { ref, width } = useElementSize()
  const place = useRef<HTMLDivElement>(null)
  const scheme = useComputedColorScheme('light')
  useEffect(() => {
    if (!place.current || width === 0) return
    const colour = (name: string) => getComputedStyle(place.current!).getPropertyValue(name)
    const text = scheme === 'dark' ? '#c1c2c5' : '#495057'
    const grid = scheme === 'dark' ? '#373a40' : '#dee2e6'
    const axes = options.axes.map((axis) => ({
      stroke: text,
      grid: { stroke: grid, width: 1 },
      ticks: { stroke: grid, width: 1 },
      font: `12px ${colour('font-family') || 'system-ui'}`,
      ...axis,
    }))
    const plot = new uPlot({ ...options, axes, width, height }, data, place.current)
    return () => plot.destroy()
  }, [options, data, width, height, scheme])
  return (
    <Box ref={ref} className="chart" role="img" aria-label={label}>
      <div ref={place} />
    </Box>
  )
}
