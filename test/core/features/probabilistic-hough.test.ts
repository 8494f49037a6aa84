// Segments by the probabilistic Hough transform have the length and angle of the line that was drawn, repeat themselves for
// a seed, and change no other feature.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FEATURE_NAMES } from '#contract/features.ts'
import { findEdges } from '#core/features/edges/canny.ts'
import { byHough, houghSegments } from '#core/features/edges/probabilistic-hough.ts'
import { extractFeatures } from '#core/features/extract-features.ts'
import type { LumaPlane } from '#core/features/luma.ts'
import { createRandom } from '#core/random.ts'
import { goldenScene } from './golden-scene.ts'
import { greyPlane, noise } from './paint.ts'

const SIDE = 101
/** An edge across the whole image, through its middle. */
const halves = (isLight: (x: number, y: number) => boolean) =>
  greyPlane({ width: SIDE, height: SIDE }, (x, y) => (isLight(x - 50, y - 50) ? 200 : 30))
const segmentsOf = (luma: LumaPlane, seed: number) => houghSegments(findEdges(luma), createRandom(seed))
function longestOf(luma: LumaPlane, seed: number) {
  const lines = segmentsOf(luma, seed).map(([a, b]) => ({
    length: Math.hypot(a.x - b.x, a.y - b.y),
    angle: (Math.atan2(b.y - a.y, b.x - a.x) * 180) / Math.PI,
  }))
  return lines.reduce((longest, line) => (line.length > longest.length ? line : longest))
}

describe('houghSegments()', () => {
  it.each<[string, (x: number, y: number) => boolean, number, number]>([
    ['upright', (x) => x > 0, 100, 90],
    ['level', (_, y) => y > 0, 100, 0],
    ['falling', (x, y) => x > y, 100 * Math.SQRT2, 45],
    ['rising', (x, y) => x + y > 0, 100 * Math.SQRT2, 135],
    [
      'flat to the right',
      (x, y) => 3 * y > x,
      100 * Math.hypot(1, 1 / 3),
      Math.atan2(1, 3) * (180 / Math.PI),
    ],
  ])('finds a line that is %s at its length and angle', (_, isLight, length, angle) => {
    const found = [1, 2, 3, 4].map((seed) => longestOf(halves(isLight), seed))
    for (const line of found) {
      const turned = Math.abs(line.angle - angle) % 180
      expect(Math.min(turned, 180 - turned)).toBeLessThanOrEqual(2)
      // Ten votes may tip a line a degree off the true one, which then leaves it before the end.
      expect(line.length).toBeGreaterThan(length / 2)
    }
    expect(Math.abs(Math.max(...found.map((line) => line.length)) - length)).toBeLessThanOrEqual(4)
  })

  it('finds none where there is no edge', () => {
    expect(
      segmentsOf(
        halves(() => true),
        1,
      ),
    ).toEqual([])
  })
})

describe('byHough()', () => {
  const scene = goldenScene(3, 256, 192)
  const values = (seed: number) =>
    extractFeatures(scene, FEATURE_NAMES, { segments: byHough(createRandom(seed)) })

  it('gives the same values for a seed, and others for another', () => {
    expect(values(5)).toEqual(values(5))
    expect(values(5)).not.toEqual(values(6))
  })

  it('changes the segments’ features alone', () => {
    const runs = extractFeatures(scene, FEATURE_NAMES)
    const hough = values(5)
    for (const [i, name] of FEATURE_NAMES.entries())
      if (!name.startsWith('edge_')) expect(hough[i], name).toBe(runs[i])
  })

  it('answers finite shares that add up to one, or to none, for images of any size', () => {
    const side = fc.integer({ min: 1, max: 24 })
    fc.assert(
      fc.property(side, side, fc.integer(), (width, height, seed) => {
        const random = createRandom(seed)
        const image = noise(width, height, random)
        const all = extractFeatures(image, FEATURE_NAMES, { segments: byHough(random) })
        expect(all.every(Number.isFinite)).toBe(true)
        const lengths = all.filter((_, i) => FEATURE_NAMES[i]!.startsWith('edge_length'))
        const sum = lengths.reduce((total, share) => total + share, 0)
        expect(sum === 0 || Math.abs(sum - 1) < 1e-9).toBe(true)
      }),
    )
  })
})
