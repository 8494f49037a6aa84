// A router document comes from outside: whatever JSON it is, it is read or refused, never a crash, and what was
// read cannot lead a walk astray.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RouterDocument } from '#contract/router.ts'
import { RouterKind } from '#contract/router-kind.ts'

test('safeParse() never throws on arbitrary JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (json) => typeof RouterDocument.safeParse(json).success === 'boolean'),
  )
})

test('nor on JSON that looks like a router', () => {
  const numbers = fc.array(fc.oneof(fc.integer({ min: -3, max: 5 }), fc.double(), fc.jsonValue()), {
    maxLength: 6,
  })
  const tree = fc.record(
    { feature: numbers, threshold: numbers, left: numbers, right: numbers, value: numbers },
    { requiredKeys: [] },
  )
  const forest = {
    featuresVersion: fc.oneof(fc.integer(), fc.jsonValue()),
    features: fc.array(fc.constantFrom('contrast', 'hue1', 'nothing'), { maxLength: 4 }),
    scaler: fc.oneof(fc.record({ min: numbers, max: numbers }), fc.jsonValue()),
    trees: fc.oneof(fc.array(tree, { maxLength: 3 }), fc.jsonValue()),
  }
  const document = fc.record(
    {
      schema: fc.constantFrom(1, 2, '1'),
      kind: fc.constantFrom(...RouterKind.options, 'oracle'),
      threshold: fc.oneof(fc.double(), fc.jsonValue()),
      ...forest,
      inputs: fc.array(fc.constantFrom('margin', 'entropy', 'nothing'), { maxLength: 4 }),
      weights: numbers,
      bias: fc.oneof(fc.double(), fc.jsonValue()),
      forest: fc.oneof(fc.record(forest, { requiredKeys: [] }), fc.jsonValue()),
      forestThreshold: fc.oneof(fc.double(), fc.jsonValue()),
    },
    { requiredKeys: ['kind'] },
  )
  fc.assert(
    fc.property(document, (json) => typeof RouterDocument.safeParse(json).success === 'boolean'),
    { numRuns: 500 },
  )
})

test('a walk through any tree that was read ends at a leaf with a probability', () => {
  const vector = path.resolve(import.meta.dirname, '../vectors/router.forest.json')
  const forest = JSON.parse(readFileSync(vector, 'utf8'))
  const index = fc.integer({ min: -1, max: 6 })
  const nodes = fc.array(fc.tuple(fc.integer({ min: -1, max: 2 }), index, index), {
    minLength: 1,
    maxLength: 6,
  })
  let read = 0
  fc.assert(
    fc.property(nodes, fc.infiniteStream(fc.boolean()), (list, turns) => {
      const tree = {
        feature: list.map(([feature]) => feature),
        threshold: list.map(() => 0),
        left: list.map(([, left]) => left),
        right: list.map(([, , right]) => right),
        value: list.map(() => 0.5),
      }
      const parsed = RouterDocument.safeParse({ ...forest, trees: [tree] })
      if (!parsed.success) return
      read++
      let [node, steps] = [0, 0]
      while (tree.feature[node] !== -1) {
        expect(tree.feature[node]).toBeLessThan(forest.features.length)
        node = (turns.next().value ? tree.left[node] : tree.right[node])!
        expect(++steps).toBeLessThan(list.length)
      }
      expect(tree.value[node]).toBe(0.5)
    }),
    { numRuns: 2_000 },
  )
  expect(read).toBeGreaterThan(0)
})
