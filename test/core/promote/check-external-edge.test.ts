// What a server says of its model against the contract of a deployment's edge model: every form that the device's client
// can use fits, and everything else is named.

import { describe, expect, test } from 'vitest'
import type { ModelContract } from '#contract/model.ts'
import { ModelMetadata, ServerMetadata } from '#contract/oip/metadata.ts'
import { reasonsAgainstEdge } from '#core/promote/check-external-edge.ts'

const contract: ModelContract = {
  input: {
    ...{ name: 'x', layout: 'nhwc', dtype: 'uint8', width: 64, height: 32, crop: 1 },
    ...{ resize: 'bilinear', mean: [0, 0, 0], std: [1, 1, 1] },
  },
  output: { name: 'p', kind: 'softmax' },
}

type Tensor = readonly [name: string, datatype: string, ...shape: number[]]
const tensors = (all: readonly Tensor[]) =>
  all.map(([name, datatype, ...shape]) => ({ name, datatype, shape }))

function reasons(inputs: readonly Tensor[], outputs: readonly Tensor[], extensions: readonly string[] = []) {
  const server = ServerMetadata.parse({ name: 'triton', extensions })
  const model = ModelMetadata.parse({ name: 'm', inputs: tensors(inputs), outputs: tensors(outputs) })
  return reasonsAgainstEdge(server, model, { contract, classes: 10 })
}

const INPUT: Tensor = ['x', 'UINT8', -1, 32, 64, 3]
const OUTPUT: Tensor = ['p', 'FP32', -1, 10]

describe('reasonsAgainstEdge()', () => {
  const FITS: [string, readonly Tensor[], readonly Tensor[], (readonly string[])?][] = [
    ['the contract as it is', [INPUT], [OUTPUT]],
    ['a batch of one', [['x', 'UINT8', 1, 32, 64, 3]], [['p', 'FP32', 1, 10]]],
    ['no batch at all, and other names', [['serving_x', 'UINT8', 32, 64, 3]], [['out:0', 'FP16', 10]]],
    ['free sizes', [['x', 'UINT8', -1, -1, -1, 3]], [['p', 'FP64', -1, -1]]],
    ['an encoded image', [['jpeg', 'BYTES', -1, 1]], [OUTPUT]],
    ['images by extension, whatever its tensor', [['y', 'FP32', 7]], [OUTPUT], ['encoded_image']],
    ['a second output', [INPUT], [['embedding', 'FP32', -1, 512], OUTPUT]],
  ]
  test.each(FITS)('takes %s', (_, inputs, outputs, extensions) => {
    expect(reasons(inputs, outputs, extensions)).toEqual([])
  })

  const MISFITS: [string, readonly Tensor[], readonly Tensor[], string][] = [
    ['nothing', [], [OUTPUT], 'it takes nothing, expected one input, UINT8 [1,32,64,3]'],
    [
      'two inputs',
      [INPUT, ['y', 'FP32', 1]],
      [OUTPUT],
      'it takes "x" as UINT8 [-1,32,64,3], "y" as FP32 [1]',
    ],
    [
      'width and height turned',
      [['x', 'UINT8', -1, 64, 32, 3]],
      [OUTPUT],
      'is UINT8 [-1,64,32,3], expected UINT8 [1,32,64,3]',
    ],
    ['a batch of four', [['x', 'UINT8', 4, 32, 64, 3]], [OUTPUT], 'is UINT8 [4,32,64,3]'],
    ['floats', [['x', 'FP32', -1, 32, 64, 3]], [OUTPUT], 'is FP32 [-1,32,64,3]'],
    [
      'two outputs, none of the name',
      [INPUT],
      [
        ['a', 'FP32', 10],
        ['b', 'FP32', 10],
      ],
      'expected "p" or one output alone',
    ],
    ['a background class more', [INPUT], [['p', 'FP32', -1, 11]], 'has 11 classes, expected 10'],
    ['a single number', [INPUT], [['p', 'FP32']], 'has 0 classes, expected 10'],
    ['labels for scores', [INPUT], [['p', 'INT64', -1, 10]], 'is INT64, expected FP32, FP16, FP64'],
    ['a map of scores', [INPUT], [['p', 'FP32', -1, 7, 7, 10]], 'expected scores of one image alone'],
  ]
  test.each(MISFITS)('names %s', (_, inputs, outputs, what) => {
    expect(reasons(inputs, outputs)).toEqual([expect.stringContaining(what)])
  })
})
