// What every drawn thing is made of: a shape tells of a point which part of it lies there, in its own
// coordinates (x right, y down, all within a disc of radius 1.1 about the origin). Two parts are
// enough for an object with a detail (a door, an eye). Sampling four points a pixel makes it smooth.

export const NOTHING = 0
export const BODY = 1
export const DETAIL = 2

export type Part = typeof NOTHING | typeof BODY | typeof DETAIL
export type Shape = (x: number, y: number) => Part

/** Corners as x, y, x, y, ... */
export type Polygon = readonly number[]

/** The body where it is inside. */
export function when(isInside: boolean): Part {
  return isInside ? BODY : NOTHING
}

/** Even-odd rule: a ray to the right crosses the border an odd number of times. */
export function isInPolygon(corners: Polygon, x: number, y: number): boolean {
  let isInside = false
  let [x1, y1] = [corners[corners.length - 2]!, corners[corners.length - 1]!]
  for (let i = 0; i < corners.length; i += 2) {
    const [x2, y2] = [corners[i]!, corners[i + 1]!]
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) isInside = !isInside
    x1 = x2
    y1 = y2
  }
  return isInside
}

export function isInDisc(x: number, y: number, radius: number): boolean {
  return x * x + y * y < radius * radius
}

export function isInBox(x: number, y: number, halfWidth: number, halfHeight: number): boolean {
  return x > -halfWidth && x < halfWidth && y > -halfHeight && y < halfHeight
}
