// A QR code as modules, dark or light (ISO/IEC 18004:2015): for the address that an authenticator app reads from the
// screen. The page's policy lets no foreign script in, and a secret should not leave the page to become a picture.

import { codewordsOf, versionFor } from './codewords.ts'
import { maskAt, penaltyOf } from './mask.ts'

/** Rows of modules; true is dark. */
export type Modules = readonly (readonly boolean[])[]

interface Drawing {
  readonly size: number
  readonly dark: boolean[][]
  /** Belongs to a pattern, not to the data. */
  readonly fixed: boolean[][]
}

export function qrCode(text: string): Modules {
  const bytes = new TextEncoder().encode(text)
  const version = versionFor(bytes.length)
  const plain = drawPatterns(version)
  placeData(plain, codewordsOf(bytes, version))
  const masked = Array.from({ length: 8 }, (_, mask) => withMask(plain, mask))
  const penalties = masked.map(penaltyOf)
  return masked[penalties.indexOf(Math.min(...penalties))]!
}

const squares = (size: number): boolean[][] =>
  Array.from({ length: size }, () => new Array<boolean>(size).fill(false))

function drawPatterns(version: number): Drawing {
  const size = 17 + 4 * version
  const drawing: Drawing = { size, dark: squares(size), fixed: squares(size) }
  for (let i = 0; i < size; i++) {
    set(drawing, 6, i, i % 2 === 0)
    set(drawing, i, 6, i % 2 === 0)
  }
  const far = size - 4
  for (const [row, column] of [
    [3, 3],
    [3, far],
    [far, 3],
  ] as const)
    drawRings(drawing, row, column, 4)
  const places = alignmentPlaces(version, size)
  const last = places.length - 1
  for (const [i, row] of places.entries())
    for (const [j, column] of places.entries()) {
      const isFinder = (i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0)
      if (!isFinder) drawRings(drawing, row, column, 2)
    }
  drawFormat(drawing, 0)
  if (version >= 7) drawVersion(drawing, version)
  return drawing
}

function set({ dark, fixed, size }: Drawing, row: number, column: number, isDark: boolean): void {
  if (row < 0 || column < 0 || row >= size || column >= size) return
  dark[row]![column] = isDark
  fixed[row]![column] = true
}

/** Dark but for one ring, and in a finder for the separator around it. */
function drawRings(drawing: Drawing, row: number, column: number, radius: number): void {
  for (let dy = -radius; dy <= radius; dy++)
    for (let dx = -radius; dx <= radius; dx++) {
      const ring = Math.max(Math.abs(dx), Math.abs(dy))
      set(drawing, row + dy, column + dx, radius === 4 ? ring !== 2 && ring !== 4 : ring !== 1)
    }
}

function alignmentPlaces(version: number, size: number): number[] {
  if (version === 1) return []
  const count = Math.floor(version / 7) + 2
  const step = Math.ceil((size - 13) / (2 * count - 2)) * 2
  return [6, ...Array.from({ length: count - 1 }, (_, i) => size - 7 - (count - 2 - i) * step)]
}

/** A number with the remainder of a BCH code behind it. */
function withRemainder(value: number, bits: number, generator: number): number {
  let remainder = value
  for (let i = 0; i < bits; i++) remainder = (remainder << 1) ^ ((remainder >>> (bits - 1)) * generator)
  return (value << bits) | remainder
}

/** Level M is 00; twice, once around the first finder and once at the other two. */
function drawFormat(drawing: Drawing, mask: number): void {
  const bits = withRemainder(mask, 10, 0x537) ^ 0x5412
  const { size } = drawing
  const bit = (i: number) => ((bits >>> i) & 1) === 1
  for (let i = 0; i <= 5; i++) set(drawing, i, 8, bit(i))
  set(drawing, 7, 8, bit(6))
  set(drawing, 8, 8, bit(7))
  set(drawing, 8, 7, bit(8))
  for (let i = 9; i < 15; i++) set(drawing, 8, 14 - i, bit(i))
  for (let i = 0; i < 8; i++) set(drawing, 8, size - 1 - i, bit(i))
  for (let i = 8; i < 15; i++) set(drawing, size - 15 + i, 8, bit(i))
  set(drawing, size - 8, 8, true)
}

function drawVersion(drawing: Drawing, version: number): void {
  const bits = withRemainder(version, 12, 0x1f25)
  for (let i = 0; i < 18; i++) {
    const [near, far] = [Math.floor(i / 3), drawing.size - 11 + (i % 3)]
    set(drawing, near, far, ((bits >>> i) & 1) === 1)
    set(drawing, far, near, ((bits >>> i) & 1) === 1)
  }
}

/** In columns of two from the right, upwards and downwards by turns, past the column of the timing pattern. */
function placeData({ size, dark, fixed }: Drawing, codewords: readonly number[]): void {
  let at = 0
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5
    for (let step = 0; step < size; step++)
      for (const column of [right, right - 1]) {
        const isUpwards = ((right + 1) & 2) === 0
        const row = isUpwards ? size - 1 - step : step
        if (fixed[row]![column] || at >= codewords.length * 8) continue
        dark[row]![column] = ((codewords[at >>> 3]! >>> (7 - (at & 7))) & 1) === 1
        at++
      }
  }
}

function withMask({ size, dark, fixed }: Drawing, mask: number): boolean[][] {
  const drawing: Drawing = {
    size,
    fixed,
    dark: dark.map((row, y) => row.map((isDark, x) => isDark !== (!fixed[y]![x] && maskAt(mask, y, x)))),
  }
  drawFormat(drawing, mask)
  return drawing.dark
}
