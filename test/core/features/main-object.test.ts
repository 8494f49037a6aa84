// The main object of small drawn images: which component it is, its area, perimeter and aspect ratio, also where there is
// none, a hole or a tie.

import { describe, expect, it } from 'vitest'
import { largestComponent } from '#core/features/largest-component.ts'
import type { LumaPlane } from '#core/features/luma.ts'
import { mainObject } from '#core/features/main-object.ts'
import { MARGIN } from '#core/features/scratch.ts'
import { greyPlane } from './paint.ts'

/** `#` is 200, `+` is 120, anything else 0. */
function draw(...rows: string[]): LumaPlane {
  const size = { width: rows[0]!.length, height: rows.length }
  return greyPlane(size, (x, y) => ({ '#': 200, '+': 120 })[rows[y]![x]!] ?? 0)
}

describe('mainObject()', () => {
  it.each([
    ['nothing', draw('....', '....'), 0, 0],
    ['a lone pixel', draw('....', '.#..', '....'), 0, 1],
    ['a line', draw('......', '.####.', '......'), 0, 4],
    ['a box that fills the image but one pixel', draw('####', '####', '###.'), 5.5 / (8 + Math.SQRT2), 4 / 3],
    ['a box', draw('......', '.####.', '.####.', '.####.', '......'), 6 / 10, 4 / 3],
    ['a ring: its hole counts as inside', draw('.....', '.###.', '.#.#.', '.###.', '.....'), 4 / 8, 1],
    ['a diamond', draw('..#..', '.###.', '..#..'), 2 / (4 * Math.SQRT2), 1],
    ['the larger of two', draw('##.....', '##.###.', '...###.'), 2 / 6, 3 / 2],
    [
      'two that touch by a corner are one',
      draw('##...', '##...', '..##.', '..##.'),
      2 / (8 + 2 * Math.SQRT2),
      1,
    ],
    ['a leg that hangs to the left', draw('...#', '...#', '####'), 0.5 / (8 + Math.SQRT2), 4 / 3],
  ])('%s', (_, image, areaByPerimeter, aspectRatio) => {
    const shape = mainObject(image)
    expect(shape.areaByPerimeter).toBeCloseTo(areaByPerimeter, 9)
    expect(shape.aspectRatio).toBeCloseTo(aspectRatio, 9)
  })

  it('takes a flat grey image as one object', () => {
    expect(mainObject(draw('++++', '++++', '++++'))).toEqual({ areaByPerimeter: 6 / 10, aspectRatio: 4 / 3 })
  })
})

describe('largestComponent()', () => {
  it.each([
    ['none', draw('...'), null],
    ['the first of equally large ones', draw('#.#'), { x: 0, y: 0 }],
    ['arms that meet only below', draw('#.#.##', '#.#...', '###...'), { x: 0, y: 0 }],
    ['arms that meet on the right', draw('...#', '#..#', '####'), { x: 3, y: 0 }],
  ])('%s', (_, image, start) => {
    const at = largestComponent(image, 100)
    const pixel = { x: (at % image.stride) - MARGIN, y: Math.floor(at / image.stride) - 1 }
    expect(at < 0 ? null : pixel).toEqual(start)
  })
})
