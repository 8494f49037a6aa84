// Registering models: what the gate refuses, and that a name means one content for ever.

import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ModelContract } from '#contract/model.ts'
import { digestOf } from '#platform/artifact-store.ts'
import { TINY_LABELS, tinyContract, tinyModel } from '#test/vision/tiny-model.ts'
import { type Control, openControl, refusalOf } from './control-rig.ts'

let control: Control
let labels: string
beforeAll(async () => {
  control = await openControl()
  labels = await control.put(JSON.stringify(TINY_LABELS))
})
afterAll(() => control[Symbol.asyncDispose]())

const register = async (
  name: string,
  bytes: Uint8Array | string,
  more: { contract?: ModelContract; labels?: string } = {},
) =>
  control.admin.models.create.mutate({
    name,
    file: await control.put(bytes),
    labels,
    contract: tinyContract(),
    ...more,
  })

/** The same entry with its value before its key, which protobuf allows. */
function valueFirst(model: Uint8Array, file: string): Uint8Array {
  const text = Buffer.from(model).toString('latin1')
  const entry = ['\x0a\x08location', `\x12${String.fromCharCode(file.length)}${file}`] as const
  return Buffer.from(text.replace(entry.join(''), entry.toReversed().join('')), 'latin1')
}

describe('a model is refused with the reason', () => {
  const contract = tinyContract()
  const outside = 'package.json'
  const cases: [string, Uint8Array | string, { contract?: ModelContract }, string][] = [
    ['not an ONNX file', 'GIF89a, certainly no model', {}, 'does not begin as an ONNX file'],
    ['a truncated ONNX file', tinyModel().subarray(0, 60), {}, 'that are left there'],
    ['weights in another file', tinyModel({ external: outside }), {}, 'keeps weights in other files'],
    [
      'weights in another file, spelled the other way round',
      valueFirst(tinyModel({ external: outside }), outside),
      {},
      'expected one self-contained file',
    ],
    [
      'another input than its contract says',
      tinyModel(),
      { contract: { ...contract, input: { ...contract.input, name: 'pixels' } } },
      'has the inputs "image", expected "pixels"',
    ],
    [
      'another size than its contract says',
      tinyModel({ side: 16 }),
      {},
      'input "image" is float32 [1,3,16,16], expected float32 [1,3,8,8]',
    ],
    [
      'another output than its contract says',
      tinyModel(),
      { contract: { ...contract, output: { ...contract.output, name: 'probs' } } },
      'has the outputs "scores", expected "probs"',
    ],
    ['numbers that are none', tinyModel({ after: ['Neg', 'Log'] }), {}, 'expected finite numbers'],
  ]
  test.concurrent.each(cases)('%s', async (_, bytes, more, words) => {
    const { code, message } = await refusalOf(register('refused', bytes, more))
    expect(code).toBe('BAD_REQUEST')
    expect(message).toContain(words)
    expect(message).not.toContain(control.home)
  })

  test('as many classes as labels', async () => {
    const four = await control.put(JSON.stringify([...TINY_LABELS, 'white']))
    const { message } = await refusalOf(register('refused', tinyModel(), { labels: four }))
    expect(message).toContain('output "scores" has 3 classes, expected 4 as in the labels')
  })

  test.each([
    ['not JSON', 'red\ngreen\n', 'is not JSON, expected an array of names'],
    ['not a list', '{"0":"red"}', 'expected array'],
    ['one class', '["red"]', 'Too small'],
  ])('labels that are %s', async (_, bytes, words) => {
    const { code, message } = await refusalOf(
      register('refused', tinyModel(), { labels: await control.put(bytes) }),
    )
    expect(code).toBe('BAD_REQUEST')
    expect(message).toContain(words)
  })

  test('files that were not uploaded', async () => {
    const draft = { name: 'refused', file: await control.put(tinyModel()), labels, contract }
    const lost = digestOf('lost')
    const model = await refusalOf(control.admin.models.create.mutate({ ...draft, file: lost }))
    expect(model.message).toBe(`Cannot register model "refused": file ${lost} was not uploaded`)
    const list = await refusalOf(control.admin.models.create.mutate({ ...draft, labels: lost }))
    expect(list.message).toBe(`Cannot read labels "${lost}": they were not uploaded`)
    const seen = await refusalOf(control.admin.models.inspect.mutate({ file: lost }))
    expect(seen.message).toContain('was not uploaded')
  })

  afterAll(async () =>
    expect((await control.admin.models.list.query()).items).not.toContainEqual(
      expect.objectContaining({ name: 'refused' }),
    ),
  )
})

describe('a name', () => {
  test('with the same content is the same registration, with other content a conflict', async () => {
    const first = await register('kept', tinyModel())
    expect(await register('kept', tinyModel())).toEqual(first)
    const other = await refusalOf(
      register('kept', tinyModel({ side: 16 }), { contract: tinyContract({ side: 16 }) }),
    )
    expect([other.code, other.status]).toEqual(['CONFLICT', 409])
    expect(other.message).toBe(
      'Cannot register model "kept": that name is taken by other content, expected a new name',
    )
    const contract = tinyContract()
    const cropped = { ...contract, input: { ...contract.input, crop: 0.875 } }
    expect((await refusalOf(register('kept', tinyModel(), { contract: cropped }))).code).toBe('CONFLICT')
    expect(await control.admin.models.get.query({ name: 'kept' })).toEqual(first)
  })

  test('registered twice at once is one registration', async () => {
    const [a, b] = await Promise.all([register('twice', tinyModel()), register('twice', tinyModel())])
    expect(a).toEqual(b)
  })
})

test('inspect tells what a file declares', async () => {
  const file = await control.put(tinyModel())
  expect(await control.as(control.keys.viewer).models.inspect.mutate({ file })).toEqual({
    inputs: [{ name: 'image', dtype: 'float32', shape: [1, 3, 8, 8] }],
    outputs: [{ name: 'scores', dtype: 'float32', shape: [1, 3] }],
  })
})

test('a model has as many parameters as its file holds, where nobody says otherwise', async () => {
  const file = await readFile('demo/models/mobilenet_v1.onnx')
  const { contract, params } = JSON.parse(await readFile('demo/models/mobilenet_v1.json', 'utf8'))
  const draft = {
    ...{ contract, file: await control.put(file) },
    labels: await control.put(
      JSON.stringify((await readFile('demo/models/classes.txt', 'utf8')).trim().split('\n')),
    ),
  }
  const counted = await control.admin.models.create.mutate({ ...draft, name: 'counted' })
  // What training has folded into the weights is not counted twice: 11,320 of 11,688.
  expect(counted.params! / params).toBeGreaterThan(0.95)
  expect(counted.params! / params).toBeLessThanOrEqual(1)
  const told = await control.admin.models.create.mutate({ ...draft, name: 'told', params: 7 })
  expect(told.params).toBe(7)
})
