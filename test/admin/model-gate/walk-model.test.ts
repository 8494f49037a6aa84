// Every hostile file is refused by its structure alone, for the reason that it was written for; what merely looks odd
// passes. Through a window over a real file, as the gate does it.

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { GATE_LIMITS } from '#admin/model-gate/gate-limits.ts'
import { walkModel } from '#admin/model-gate/walk-model.ts'
import { withFile } from '#admin/onnx-format/file-source.ts'
import { OnnxRefused } from '#admin/onnx-format/onnx-refused.ts'
import { DATA_TYPE } from '#admin/onnx-format/onnx-schema.ts'
import { sourceOf } from '#admin/onnx-format/wire-cursor.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'
import { HOSTILE_BYTES } from './hostile-bytes.ts'
import { HOSTILE_STRUCTURES } from './hostile-structures.ts'
import {
  type Bytes,
  field,
  graphAttribute,
  innerGraph,
  join,
  localFunction,
  model,
  node,
  number,
  opset,
  tensor,
  value,
  varint,
} from './onnx-bytes.ts'

let folder: TempFolder
beforeAll(async () => {
  folder = await tempFolder('gate')
})
afterAll(() => folder[Symbol.asyncDispose]())

function refusalOf(bytes: Bytes, domains: readonly string[] = []): OnnxRefused | undefined {
  const file = path.join(folder.path, 'model.onnx')
  writeFileSync(file, bytes)
  try {
    withFile(file, (source) => walkModel(source, { ...GATE_LIMITS, domains }))
    return undefined
  } catch (error) {
    if (!(error instanceof OnnxRefused)) throw error
    return error
  }
}

describe('walkModel() refuses', () => {
  test.each([...HOSTILE_STRUCTURES, ...HOSTILE_BYTES])('%s', (_, code, words, bytes) => {
    const refusal = refusalOf(bytes())
    expect([refusal?.code, refusal?.message]).toEqual([code, expect.stringContaining(words)])
    expect(refusal!.message).toMatch(/^Cannot register model: [^\p{C}]{1,400}, expected [^\p{C}]+$/u)
  })

  test('a name that would act on a terminal, without repeating it', () => {
    const { message } = refusalOf(
      model({ nodes: [node('Loop', { name: `\u001b[2J\u202e${'x'.repeat(500)}` })] }),
    )!
    expect(message).toContain('node "\ufffd[2J\ufffdxx')
    expect(message.length).toBeLessThan(200)
  })
})

describe('walkModel() lets pass', () => {
  const branch = graphAttribute('then_branch', innerGraph())
  const data = (type: number, dims: readonly number[], more: Bytes) =>
    model({ initializers: [tensor({ type, dims, more })] })
  const cases: [string, () => Bytes][] = [
    ['a plain model', () => model()],
    ['graphs in a node', () => model({ nodes: [node('If', { attributes: [branch] })] })],
    [
      'operators of Microsoft and of machine learning',
      () =>
        model({
          nodes: [node('Gelu', { domain: 'com.microsoft' }), node('Scaler', { domain: 'ai.onnx.ml' })],
          opsets: [opset(26), opset(1, 'com.microsoft'), opset(5, 'ai.onnx.ml'), opset(9, 'org.unused')],
        }),
    ],
    [
      'functions of its own that call each other',
      () =>
        model({
          functions: [
            localFunction({ name: 'g', nodes: [node('f', { domain: 'own' })] }),
            localFunction({ name: 'f', nodes: [node('Relu')] }),
          ],
          nodes: [node('g', { domain: 'own' })],
          opsets: [opset(17), opset(1, 'own')],
        }),
    ],
    [
      'free, unknown and empty dimensions',
      () =>
        model({
          more: join(
            field(13, value('v', [0, 4])),
            field(13, join(field(1, 'w'), field(2, field(1, number(1, 1))))),
          ),
        }),
    ],
    ['an empty tensor', () => model({ initializers: [tensor({ dims: [0], raw: new Uint8Array(0) })] })],
    ['a scalar', () => model({ initializers: [tensor({ dims: [], raw: new Uint8Array(4) })] })],
    ['packed floats', () => data(DATA_TYPE.float, [2], field(4, new Uint8Array(8)))],
    ['complex numbers', () => data(DATA_TYPE.complex64, [1], field(4, new Uint8Array(8)))],
    ['numbers one a field', () => data(DATA_TYPE.int64, [2], join(number(7, 1), number(7, -1)))],
    ['halves of bytes', () => data(DATA_TYPE.uint4, [3], field(9, new Uint8Array(2)))],
    ['quarters of bytes', () => data(DATA_TYPE.int2, [5], field(9, new Uint8Array(2)))],
    ['texts', () => data(DATA_TYPE.string, [2], join(field(6, 'a'), field(6, '')))],
  ]
  test.each(cases)('%s', (_, bytes) => {
    expect(refusalOf(bytes())?.message).toBeUndefined()
  })

  test('operators of a domain that the setting adds', () => {
    const bytes = model({
      nodes: [node('Run', { domain: 'org.ours' })],
      opsets: [opset(17), opset(3, 'org.ours')],
    })
    expect(refusalOf(bytes)?.code).toBe('domain')
    expect(refusalOf(bytes, ['org.ours'])).toBeUndefined()
  })
})

test('counts the numbers in weights, without scalars and shapes', () => {
  const raw = (bytes: number) => new Uint8Array(bytes)
  const file = path.join(folder.path, 'counted.onnx')
  writeFileSync(
    file,
    model({
      initializers: [
        tensor({ dims: [3, 4], raw: raw(48) }),
        tensor({ type: DATA_TYPE.int8, dims: [5], raw: raw(5) }),
        tensor({ dims: [], raw: raw(4) }),
        tensor({ type: DATA_TYPE.int64, dims: [4], raw: raw(32) }),
      ],
    }),
  )
  expect(withFile(file, (source) => walkModel(source))).toEqual({ params: 17 })
})

test('weights are skipped, not read', () => {
  const [before, after] = [Buffer.from(tensor({ dims: [2 ** 28], raw: new Uint8Array(0) })), 2 ** 30]
  // The length of the raw data, which is the last field, made a gigabyte; nothing of it is in memory.
  const head = join(before.subarray(0, -1), Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x04))
  const graphHead = join(field(1, node('Relu')), Uint8Array.of(0x2a), varint(head.length + after), head)
  const file = join(
    number(1, 8),
    field(8, opset(17)),
    Uint8Array.of(0x3a),
    varint(graphHead.length + after),
    graphHead,
  )
  let bytesRead = 0
  const inner = sourceOf(file)
  walkModel({
    sizeBytes: file.length + after,
    read(into, position) {
      const count = inner.read(into, position)
      bytesRead += count
      return count
    },
  })
  expect(bytesRead).toBeLessThan(1_000)
})
