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

  constructor(image: { width: number; height: number }) {
    this.p = unitOf(image)
  }

  /** From the left to the right end: `across` >= 0 pixels right, `down` pixels down. One that is upright is at 90. */
  add(across: number, down: number): void {
    this.lengthCounts[lengthBin(across, down, this.p)]!++
    this.angleCounts[angleBin(across, down)]!++
  }

  /** Shares of the segments; all 0 where there are none. */
  lengths(): number[] {
    return shares(this.lengthCounts)
  }

  angles(): number[] {
    return shares(this.angleCounts)
  }
}

/** The same of a list of `across` and `down` by turns: lengths alone, since routers seldom ask for angles. */
export function lengthShares(image: { width: number; height: number }, segments: Int16Array): number[] {
  const p = unitOf(image)
  const counts = new Int32Array(BINS)
  for (let i = 0; i < segments.length; i += 2) counts[lengthBin(segments[i]!, segments[i + 1]!, p)]!++
  return shares(counts)
}

export function angleShares(segments: Int16Array): number[] {
  const counts = new Int32Array(BINS)
  for (let i = 0; i < segments.length; i += 2) counts[angleBin(segments[i]!, segments[i + 1]!)]!++
  return shares(counts)
}

/** Half the longer side. */
function unitOf({ width, height }: { width: number; height: number }): number {
  return Math.max(width, height) / 2
}

function lengthBin(across: number, down: number, p: number): number {
  const length = Math.sqrt(across * across + down * down) / p
  return Math.min(BINS - 1, Math.floor(length * BINS))
}

function angleBin(across: number, down: number): number {
  if (across === 0) return BINS - 1
  let bin = 0
  while (bin < BINS - 1 && down > SLOPES[bin]! * across) bin++
  return bin
}

function shares(counts: Int32Array): number[] {
  const all = counts.reduce((sum, count) => sum + count)
  return Array.from(counts, (count) => (all === 0 ? 0 : count / all))
}
