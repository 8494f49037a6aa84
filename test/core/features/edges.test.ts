// Edges, the histograms of their runs and corners on drawn images whose answer is known by geometry, thresholds included.

import { describe, expect, it } from 'vitest'
import { EDGE, findEdges } from '#core/features/edges/canny.ts'
import { runHistograms } from '#core/features/edges/segments.ts'
import { countCorners } from '#core/features/fast-corners.ts'
import type { LumaPlane } from '#core/features/luma.ts'
import { otsuThreshold } from '#core/features/otsu.ts'
import { greyPlane } from './paint.ts'

const plot = (width: number, height: number, value: (x: number, y: number) => number) =>
  greyPlane({ width, height }, value)
const edgeCount = (luma: LumaPlane) => findEdges(luma).scratch.mark.filter((mark) => mark === EDGE).length
const histogramsOf = (luma: LumaPlane) => runHistograms(findEdges(luma))
const binOf = (shares: number[]) => shares.indexOf(1) + 1

describe('findEdges()', () => {
  it.each([
    ['a flat image has none', plot(20, 20, () => 128), 0],
    ['a step has one pixel a row', plot(20, 12, (x) => (x < 10 ? 0 : 200)), 12],
    ['a step of weak contrast has none', plot(20, 12, (x) => (x < 10 ? 100 : 112)), 0],
    ['a step between the thresholds is no edge by itself', plot(20, 12, (x) => (x < 10 ? 100 : 120)), 0],
  ])('%s', (_, image, count) => {
    expect(edgeCount(image)).toBe(count)
  })

  it('follows a weak stretch only where it hangs on a strong one', () => {
    const fading = plot(20, 16, (x, y) => (x < 10 ? 100 : 176 - 4 * y))
    const weakEnd = plot(20, 16, (x) => (x < 10 ? 100 : 116))
    expect(edgeCount(fading)).toBe(16)
    expect(edgeCount(weakEnd)).toBe(0)
  })
})

describe('runHistograms()', () => {
  it.each([
    ['upright', plot(21, 21, (x) => (x < 10 ? 0 : 200)), 7],
    ['level', plot(21, 21, (_, y) => (y < 10 ? 0 : 200)), 4],
    ['falling to the right', plot(21, 21, (x, y) => (x < y ? 0 : 200)), 6],
    ['rising to the right', plot(21, 21, (x, y) => (x + y < 20 ? 0 : 200)), 2],
  ])('an edge that is %s is in angle bin %#', (_, image, bin) => {
    expect(binOf(histogramsOf(image).angles())).toBe(bin)
  })

  it.each([
    ['as long as the image, over p, in the last bin', plot(28, 28, (x) => (x < 10 ? 0 : 200)), 7],
    ['6 of 14 pixels', plot(28, 7, (x) => (x < 10 ? 0 : 200)), 4],
    ['3 of 14 pixels', plot(28, 4, (x) => (x < 10 ? 0 : 200)), 2],
  ])('an edge %s', (_, image, bin) => {
    expect(binOf(histogramsOf(image).lengths())).toBe(bin)
  })

  it('drops what is under 3 pixels long', () => {
    expect(histogramsOf(plot(28, 3, (x) => (x < 10 ? 0 : 200))).lengths()).toEqual([0, 0, 0, 0, 0, 0, 0])
  })
})

describe('countCorners()', () => {
  const isBox = (x: number, y: number) => x >= 10 && x < 22 && y >= 10 && y < 22
  const isCornerOfBox = (x: number, y: number) => (x === 10 || x === 21) && (y === 10 || y === 21)
  /** A box whose four corner pixels stand out a little more than the rest of it. */
  const box = (inside: number, corner: number, around: number) =>
    plot(32, 32, (x, y) => (isCornerOfBox(x, y) ? corner : isBox(x, y) ? inside : around))
  it.each([
    ['a bright box has four', box(210, 220, 20), 4],
    ['a dark box has four', box(30, 20, 220), 4],
    ['contrast 20 is none: the threshold is exclusive', box(38, 40, 20), 0],
    ['contrast 21 is', box(38, 41, 20), 4],
    ['a flat box has none, as in OpenCV: its corners tie with their neighbours', box(220, 220, 20), 0],
    ['a straight edge has none', plot(32, 32, (x) => (x < 16 ? 0 : 255)), 0],
    ['a lone dot is one', plot(9, 9, (x, y) => (x === 4 && y === 4 ? 255 : 0)), 1],
    ['a dot nearer than 3 to the border is none', plot(9, 9, (x, y) => (x === 2 && y === 4 ? 255 : 0)), 0],
    ['an image under 7 pixels has none', plot(6, 40, (x, y) => ((x + y) % 3 === 0 ? 255 : 0)), 0],
  ])('%s', (_, image, count) => {
    expect(countCorners(image)).toBe(count)
  })
})

describe('otsuThreshold()', () => {
  const histogram = (counts: Record<number, number>) => {
    const bins = new Int32Array(256)
    for (const [value, count] of Object.entries(counts)) bins[Number(value)] = count
    return bins
  }
  it.each([
    ['a flat image', { 77: 50 }, 0],
    ['black and white', { 0: 900, 255: 100 }, 0],
    ['two heaps: the top of the lower one', { 40: 10, 42: 10, 200: 10, 203: 10 }, 42],
  ])('%s', (_, counts, threshold) => {
    expect(otsuThreshold(histogram(counts))).toBe(threshold)
  })
})
