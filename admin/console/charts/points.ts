// What charts are drawn of: named points in series, apart from the drawing, so that they can be computed anywhere.

export interface Point {
  readonly x: number
  readonly y: number
  readonly name: string
  readonly isMarked?: boolean
  /** How far y may be off; of all points of a series, or of none. */
  readonly low?: number
  readonly high?: number
}

export interface PointSeries {
  readonly name: string
  readonly points: readonly Point[]
  /** Joined from left to right. */
  readonly isLine?: boolean
  /** On its line. */
  readonly hasDots?: boolean
}
