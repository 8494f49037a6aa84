// What is laid over a QR code's data so that it has no pattern that a reader stumbles over, and how bad one is (ISO/IEC
// 18004, 7.8).

/** Is the module turned over? */
export function maskAt(mask: number, row: number, column: number): boolean {
  const product = row * column
  switch (mask) {
    case 0:
      return (row + column) % 2 === 0
    case 1:
      return row % 2 === 0
    case 2:
      return column % 3 === 0
    case 3:
      return (row + column) % 3 === 0
    case 4:
      return (Math.floor(row / 2) + Math.floor(column / 3)) % 2 === 0
    case 5:
      return (product % 2) + (product % 3) === 0
    case 6:
      return ((product % 2) + (product % 3)) % 2 === 0
    default:
      return (((row + column) % 2) + (product % 3)) % 2 === 0
  }
}

type Rows = readonly (readonly boolean[])[]

const RUN_FROM = 5
/** Like a finder, with its light margin on either side. */
const FINDERS = ['10111010000', '00001011101']

export function penaltyOf(dark: Rows): number {
  const columns = dark.map((_, x) => dark.map((row) => row[x]!))
  const lines = [...dark, ...columns].map((line) => line.map((isDark) => (isDark ? '1' : '0')).join(''))
  return runs(lines) + blocks(dark) + finders(lines) + balance(dark)
}

const runs = (lines: readonly string[]): number =>
  lines
    .flatMap((line) => line.match(/0+|1+/g) ?? [])
    .reduce((sum, { length }) => sum + (length >= RUN_FROM ? length - 2 : 0), 0)

function blocks(dark: Rows): number {
  let count = 0
  for (let y = 1; y < dark.length; y++)
    for (let x = 1; x < dark.length; x++) {
      const here = dark[y]![x]
      if (dark[y - 1]![x] === here && dark[y]![x - 1] === here && dark[y - 1]![x - 1] === here) count++
    }
  return 3 * count
}

function finders(lines: readonly string[]): number {
  let count = 0
  for (const line of lines)
    for (const pattern of FINDERS)
      for (let at = line.indexOf(pattern); at !== -1; at = line.indexOf(pattern, at + 1)) count++
  return 40 * count
}

function balance(dark: Rows): number {
  const all = dark.length ** 2
  const count = dark.flat().filter(Boolean).length
  return 10 * Math.floor(Math.abs((count * 20) / all - 10))
}
