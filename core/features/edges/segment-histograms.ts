// The histograms of line segments, whoever found them (paper, Table 2: edge length 1-7, edge angle 1-7): seven
// equal bins of length / p in (0, 1], with p half the image's longer side, and seven of angle in (-90, 90]
// degrees, with y downwards. Unlike the original, lengths over p count in the last bin, and angles are binned
// over the half circle that they can have. A segment's slope is compared with the bins' borders, so that no
// arcus tangent is taken a segment; no slope of whole numbers lies on a border.

const BINS = 7
/** Slopes of the six borders between the bins of angle, from falling to the left to falling to the right. */
const SLOPES = Float64Array.from({ length: BINS - 1 }, (_, i) => Math.tan(((i + 1) / BINS - 0.5) * Math.PI))

export class SegmentHistograms {
  private readonly p: number
  private readonly lengthCounts = new Int32Array(BINS)
  private readonly angleCounts = new Int32Array(BINS)
  private count = 0

  constructor({ width, height }: { width: number; height: number }) {
    this.p = Math.max(width, height) / 2
  }

  /** Of pairs of `across` and `down`, one after another. */
  static of(image: { width: number; height: number }, pairs: Int16Array): SegmentHistograms {
    const histograms = new SegmentHistograms(image)
    for (let i = 0; i < pairs.length; i += 2) histograms.add(pairs[i]!, pairs[i + 1]!)
    return histograms
  }

  /** From the left to the right end: `across` >= 0 pixels right, `down` pixels down. One that is upright is at 90. */
  add(across: number, down: number): void {
    const length = Math.sqrt(across * across + down * down) / this.p
    this.lengthCounts[Math.min(BINS - 1, Math.floor(length * BINS))]!++
    let bin = across === 0 ? BINS - 1 : 0
    while (bin < BINS - 1 && down > SLOPES[bin]! * across) bin++
    this.angleCounts[bin]!++
    this.count++
  }

  /** Shares of the segments; all 0 where there are none. */
  lengths(): number[] {
    return this.shares(this.lengthCounts)
  }

  angles(): number[] {
    return this.shares(this.angleCounts)
  }

  private shares(counts: Int32Array): number[] {
    return Array.from(counts, (n) => (this.count === 0 ? 0 : n / this.count))
  }
}
