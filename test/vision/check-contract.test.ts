// A model that breaks its contract is refused in words, by running it: real ONNX files, each wrong in one way.

import { describe, expect, test } from 'vitest'
import type { ModelContract } from '#contract/model.ts'
import { checkContract } from '#vision/check-contract.ts'
import { tinyContract, tinyModel } from './tiny-model.ts'

const contract = tinyContract()
const withInput = (change: Partial<ModelContract['input']>): ModelContract => ({
  ...contract,
  input: { ...contract.input, ...change },
})

describe('checkContract()', () => {
  test('accepts a model that keeps its contract', async () => {
    await checkContract(tinyModel(), contract, 3)
  })

  test.each(['', 'batch'])('accepts one with a free first dimension named "%s"', async (batch) => {
    await checkContract(tinyModel({ batch }), contract, 3)
  })

  test.each([
    {
      what: 'another size',
      contract: withInput({ width: 9, height: 9 }),
      code: 'wrong-input',
      says: 'input "image" is float32 [1,3,8,8], expected float32 [1,3,9,9]',
    },
    {
      what: 'another type',
      contract: withInput({ dtype: 'uint8' }),
      code: 'wrong-input',
      says: 'input "image" is float32 [1,3,8,8], expected uint8 [1,3,8,8]',
    },
    {
      what: 'another layout',
      contract: withInput({ layout: 'nhwc' }),
      code: 'wrong-input',
      says: 'input "image" is float32 [1,3,8,8], expected float32 [1,8,8,3]',
    },
    {
      what: 'another input name',
      contract: withInput({ name: 'pixels' }),
      code: 'wrong-input',
      says: 'has the inputs "image", expected "pixels"',
    },
    {
      what: 'another output name',
      contract: { ...contract, output: { name: 'p', kind: 'softmax' as const } },
      code: 'wrong-output',
      says: 'has the outputs "scores", expected "p"',
    },
  ])('refuses $what, in words', async ({ contract, code, says }) => {
    await expect(checkContract(tinyModel(), contract, 3)).rejects.toMatchObject({
      name: 'ModelRefused',
      code,
      message: `Cannot register model: ${says}`,
    })
  })

  test('refuses a label list of another length', async () => {
    await expect(checkContract(tinyModel(), contract, 4)).rejects.toMatchObject({
      code: 'wrong-labels',
      message: 'Cannot register model: output "scores" has 3 classes, expected 4 as in the labels',
    })
  })

  test('refuses answers that are not finite', async () => {
    await expect(checkContract(tinyModel({ after: ['Neg', 'Sqrt'] }), contract, 3)).rejects.toMatchObject({
      code: 'does-not-run',
      message: expect.stringContaining('is NaN at class 0 for a grey image, expected finite numbers'),
    })
  })

  test('refuses a file that is not ONNX', async () => {
    await expect(checkContract(Buffer.from('GIF89a'), contract, 3)).rejects.toMatchObject({
      code: 'not-onnx',
    })
  })
})
