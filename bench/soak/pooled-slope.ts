// Whether something grows that is killed now and then: one slope for all lives of a process, each life with a level of
// its own, by least squares over means of equal stretches (single looks at memory say nearly the same as their
// neighbours, which would make the interval far too narrow). The first minutes of each life are warm-up and left out.

/** Of one life, in order. */
export interface Look {
  readonly atS: number
  readonly value: number
}

export interface PooledSlope {
  readonly mean: number
  /** In units an hour, with the ends of the 95 % interval. */
  readonly perHour: number
  readonly low: number
  readonly high: number
  readonly lives: number
  readonly isGrowing: boolean
}

export interface PoolOptions {
  readonly warmUpS: number
  readonly stretchS: number
}

/** Growth below this share of the whole in an hour is not told from none. */
const MATERIAL = 0.05
/** A life of fewer stretches says nothing about a slope. */
const STRETCHES_MIN = 3

/** Undefined where too little is left after warm-up. */
export function pooledSlope(
  lives: readonly (readonly Look[])[],
  { warmUpS, stretchS }: PoolOptions,
): PooledSlope | undefined {
  const stretched = lives
    .map((life) => stretches(life, warmUpS, stretchS))
    .filter((life) => life.length >= STRETCHES_MIN)
  const points = stretched.flatMap((life) => {
    const [at, value] = [mean(life.map((l) => l.atS)), mean(life.map((l) => l.value))]
    return life.map((l) => ({ x: (l.atS - at) / 3_600, y: l.value - value }))
  })
  const free = points.length - stretched.length - 1
  const spread = points.reduce((sum, { x }) => sum + x * x, 0)
  if (free < 1 || spread === 0) return undefined
  const perHour = points.reduce((sum, { x, y }) => sum + x * y, 0) / spread
  const left = points.reduce((sum, { x, y }) => sum + (y - perHour * x) ** 2, 0)
  const half = quantileT(free) * Math.sqrt(left / free / spread)
  const level = mean(stretched.flat().map((l) => l.value))
  const low = perHour - half
  return {
    mean: level,
    perHour,
    low,
    high: perHour + half,
    lives: stretched.length,
    isGrowing: low > 0 && perHour > MATERIAL * level,
  }
}

function stretches(life: readonly Look[], warmUpS: number, stretchS: number): Look[] {
  const begin = (life[0]?.atS ?? 0) + warmUpS
  const groups = new Map<number, Look[]>()
  for (const look of life) {
    if (look.atS < begin) continue
    const index = Math.floor((look.atS - begin) / stretchS)
    groups.set(index, [...(groups.get(index) ?? []), look])
  }
  return [...groups.values()].map((of) => ({
    atS: mean(of.map((l) => l.atS)),
    value: mean(of.map((l) => l.value)),
  }))
}

/** Student's t for 97.5 %: exact for one and two degrees of freedom, else Cornish and Fisher's expansion, within 1 %. */
export function quantileT(free: number): number {
  if (free === 1) return 12.7062
  if (free === 2) return 4.3027
  const z = 1.959964
  const [z3, z5, z7] = [z ** 3, z ** 5, z ** 7]
  return (
    z +
    (z3 + z) / (4 * free) +
    (5 * z5 + 16 * z3 + 3 * z) / (96 * free ** 2) +
    (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * free ** 3)
  )
}

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length
