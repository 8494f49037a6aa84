// The whole gate, with its process and ONNX Runtime: real models come through, files that are small and ask for much are
// refused within bounds, and nothing of the control plane reaches the process that opens them.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askGate, type GateOptions } from '#admin/model-gate/model-gate.ts'
import { DATA_TYPE } from '#admin/onnx-format/onnx-schema.ts'
import { ModelContract } from '#contract/model.ts'
import { askChild } from '#platform/ask-child.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'
import { tinyContract } from '#test/vision/tiny-model.ts'
import { HOSTILE_BYTES } from './hostile-bytes.ts'
import { type Bytes, intAttribute, model, node, opset, tensor } from './onnx-bytes.ts'

const ROOT = path.resolve(import.meta.dirname, '../../..')
const DEMO = path.join(ROOT, 'demo/models')
const IMAGENET = path.resolve(ROOT, '../shared/data/imagenet/models')

let folder: TempFolder
beforeAll(async () => {
  folder = await tempFolder('gate')
})
afterAll(() => folder[Symbol.asyncDispose]())

/** As registration asks, with the contract of a model that classifies 8 x 8 images. */
async function check(name: string, bytes: Bytes, options: GateOptions = {}) {
  const file = path.join(folder.path, `${name}.onnx`)
  await writeFile(file, bytes)
  return askGate({ ask: 'check', file, contract: tinyContract(), labelCount: 3 }, options)
}

const onnxFiles = (of: string) =>
  existsSync(of) ? readdirSync(of).filter((name) => name.endsWith('.onnx')) : []

describe('the gate lets pass', () => {
  test.each(onnxFiles(DEMO))('%s of the demo, with its contract', async (name) => {
    const described = path.join(DEMO, name.replace('.onnx', '.json'))
    const contract = ModelContract.parse(JSON.parse(readFileSync(described, 'utf8')).contract)
    const file = path.join(DEMO, name)
    const labelCount = readFileSync(path.join(DEMO, 'classes.txt'), 'utf8').trimEnd().split('\n').length
    expect(await askGate({ ask: 'check', file, contract, labelCount })).toMatchObject({ ok: true })
  })

  test.skipIf(!existsSync(IMAGENET)).each(onnxFiles(IMAGENET))('%s of ImageNet', async (name) => {
    const answer = await askGate({ ask: 'inspect', file: path.join(IMAGENET, name) })
    expect(answer).toMatchObject({ ok: true, info: { outputs: [{ name: 'probabilities' }] } })
  })

  test('a model written field by field', async () => {
    expect(await check('plain', model())).toMatchObject({ ok: true })
  })
})

const int64s = (...values: readonly number[]) => {
  const bytes = Buffer.alloc(8 * values.length)
  for (const [i, value] of values.entries()) bytes.writeBigInt64LE(BigInt(value), 8 * i)
  return bytes
}
const sizes = (...values: readonly number[]) =>
  tensor({ name: 'n', dims: [values.length], type: DATA_TYPE.int64, raw: int64s(...values) })
const scalar = (name: string, value: number) =>
  tensor({ name, dims: [], type: DATA_TYPE.int64, raw: int64s(value) })
const op = (operator: string, ...inputs: readonly string[]) =>
  node(operator, { inputs, outputs: ['much'], name: 'bomb' })

describe('a file of some hundred bytes that asks for gigabytes is refused by', () => {
  const weights = tensor({ dims: [2] })
  const bombs: [string, () => Bytes][] = [
    ['ConstantOfShape', () => model({ nodes: [op('ConstantOfShape', 'n')], initializers: [sizes(2 ** 31)] })],
    ['Expand', () => model({ nodes: [op('Expand', 'image', 'n')], initializers: [sizes(2 ** 22, 3, 8, 8)] })],
    ['Tile', () => model({ nodes: [op('Tile', 'w', 'n')], initializers: [weights, sizes(2 ** 29)] })],
    [
      'Range',
      () =>
        model({
          nodes: [op('Range', 'from', 'to', 'by')],
          initializers: [scalar('from', 0), scalar('to', 2 ** 30), scalar('by', 1)],
        }),
    ],
    ['Pad', () => model({ nodes: [op('Pad', 'w', 'n')], initializers: [weights, sizes(0, 2 ** 30)] })],
  ]
  test.each(bombs)('%s', async (name, bytes) => {
    const file = bytes()
    expect(file.length).toBeLessThan(1_000)
    expect(await check(name, file)).toEqual({
      ok: false,
      code: 'memory',
      reason: expect.stringMatching(/^Cannot register model: asks for gigabytes of memory, expected /),
    })
  })

  test('an Expand of image to a thousand gigabytes, ten times over', async () => {
    const nodes = Array.from({ length: 10 }, (_, i) =>
      node('Concat', {
        inputs: i === 0 ? ['image', 'image'] : [`c${i - 1}`, `c${i - 1}`],
        outputs: [`c${i}`],
        attributes: [intAttribute('axis', 0)],
      }),
    )
    nodes.push(node('Expand', { inputs: ['c9', 'n'], outputs: ['much'] }))
    const answer = await check('doubling', model({ nodes, initializers: [sizes(2 ** 30, 1, 1, 1, 1)] }))
    expect(answer.ok).toBe(false)
  })
})

test('a model that computes for hours is stopped at the deadline', async () => {
  const square = sizes(8_000, 8_000)
  const nodes = [
    node('ConstantOfShape', { inputs: ['n'], outputs: ['m0'] }),
    ...Array.from({ length: 100 }, (_, i) =>
      node('MatMul', { inputs: [`m${i}`, `m${i}`], outputs: [`m${i + 1}`] }),
    ),
  ]
  const answer = await check('slow', model({ nodes, initializers: [square] }), { deadlineMs: 5_000 })
  expect(answer).toMatchObject({ ok: false, code: 'deadline' })
})

test('what the structure says is told with its code, and the setting adds domains', async () => {
  const [, code, words, bytes] = HOSTILE_BYTES.find(([what]) => what === 'a group')!
  expect(await check('group', bytes())).toMatchObject({
    ok: false,
    code,
    reason: expect.stringContaining(words),
  })
  const foreign = model({
    nodes: [node('Run', { inputs: ['image'], outputs: ['ran'], domain: 'org.ours' })],
    opsets: [opset(17), opset(1, 'org.ours')],
  })
  expect(await check('foreign', foreign)).toMatchObject({ code: 'domain' })
  // Past the walk, ONNX Runtime says that it does not know it.
  expect(await check('foreign', foreign, { domains: ['org.ours'] })).toMatchObject({ code: 'not-onnx' })
})

test('a child with bounded memory gets no environment and cannot allocate beyond', async () => {
  process.env.TANDEM_TEST_SECRET = 'hush'
  const entry = new URL('./confined-child.ts', import.meta.url)
  const ask = (allocate: number) =>
    askChild<{ environment: string[]; allocated: boolean }>(entry, allocate, 20_000, {
      memoryMaxBytes: 512 * 2 ** 20,
    })
  expect(await ask(2 ** 20)).toMatchObject({ answer: { allocated: true } })
  const large = await ask(2 ** 30)
  expect(large).toMatchObject({ answer: { allocated: process.platform !== 'linux' } })
  expect(JSON.stringify(large)).not.toMatch(/SECRET|DATABASE/)
  delete process.env.TANDEM_TEST_SECRET
})
