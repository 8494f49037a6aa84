// The name of the point that is nearest to the pointer, beside it, while it is near enough to mean one.

import type uPlot from 'uplot'
import type { PointSeries } from './points.ts'

const NEAR_PX = 24

export function nameUnderPointer(series: readonly PointSeries[]): uPlot.Plugin {
  const points = series.flatMap((one) => one.points)
  const tip = document.createElement('div')
  tip.className = 'chart-name'
  tip.hidden = true
  return {
    hooks: {
      init: (plot) => plot.over.append(tip),
      setCursor(plot) {
        const { left = -1, top = -1 } = plot.cursor
        let nearest: { name: string; x: number; y: number; away: number } | undefined
        if (left >= 0)
          for (const point of points) {
            const [x, y] = [plot.valToPos(point.x, 'x'), plot.valToPos(point.y, 'y')]
            const away = Math.hypot(x - left, y - top)
            if (away < (nearest?.away ?? NEAR_PX)) nearest = { name: point.name, x, y, away }
          }
        tip.hidden = nearest === undefined || nearest.name === ''
        if (nearest === undefined) return
        tip.textContent = nearest.name
        // On the side where there is room.
        const isRight = nearest.x > plot.over.clientWidth / 2
        tip.style.left = isRight ? '' : `${nearest.x + 10}px`
        tip.style.right = isRight ? `${plot.over.clientWidth - nearest.x + 10}px` : ''
        tip.style.top = `${nearest.y - 12}px`
      },
    },
  }
}
