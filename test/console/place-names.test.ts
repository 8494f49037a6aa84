// Names on a chart: none covers another, and who comes first stays.

import { expect, test } from 'vitest'
import { withoutOverlap } from '#admin/console/charts/place-names.ts'

const at = (left: number, top: number, name: string) => ({ left, top, width: 50, height: 12, name })

test('a name that would cover an earlier one is left out, one that covers only such a one is not', () => {
  const first = at(0, 0, 'first')
  const covering = at(30, 6, 'covering')
  const besideFirst = at(60, 6, 'beside')
  expect(withoutOverlap([first, covering, besideFirst])).toEqual([first, besideFirst])
})

test('names that touch are both kept', () => {
  const names = [at(0, 0, 'left'), at(50, 0, 'right'), at(0, 12, 'below')]
  expect(withoutOverlap(names)).toEqual(names)
})
