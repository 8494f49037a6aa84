// Thousands of damaged copies of the demo's models: the walk lets each pass or refuses it with a reason, quickly; those
// that it lets pass are loaded, and whatever that does ends in an answer as well. Some go through the whole gate.

import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { askGate } from '#admin/model-gate/model-gate.ts'
import { walkModel } from '#admin/model-gate/walk-model.ts'
import { OnnxRefused } from '#admin/onnx-format/onnx-refused.ts'
import { sourceOf } from '#admin/onnx-format/wire-cursor.ts'
import { ModelContract } from '#contract/model.ts'
import { askChild } from '#platform/ask-child.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'
import type { Loaded, LoadQuestion } from './load-child.ts'
import { mutated } from './mutations.ts'

const DEMO = path.resolve(import.meta.dirname, '../../../demo/models')
const NAMES = ['mobilenet_v1', 'resnet_v1_50', 'inception_v4'] as const
const MUTATIONS = 5_000
/** Of the smallest model alone, since each is loaded. */
const LOADED_MAX = 400
const THROUGH_THE_GATE = 12

const files = NAMES.map((name) => readFileSync(path.join(DEMO, `${name}.onnx`)))
const { contract: described } = JSON.parse(readFileSync(path.join(DEMO, 'mobilenet_v1.json'), 'utf8'))
const contract = ModelContract.parse(described)
const labelCount = readFileSync(path.join(DEMO, 'classes.txt'), 'utf8').trimEnd().split('\n').length

let folder: TempFolder
beforeAll(async () => {
  folder = await tempFolder('fuzz')
})
afterAll(() => folder[Symbol.asyncDispose]())

const copy = (seed: number) => mutated(seed, files[seed % files.length]!, files[(seed + 1) % files.length]!)

function codeOf(bytes: Uint8Array): string {
  try {
    walkModel(sourceOf(bytes))
    return 'passes'
  } catch (error) {
    if (!(error instanceof OnnxRefused)) throw error
    expect(error.message).toMatch(/^Cannot register model: [^\p{C}]+, expected [^\p{C}]+$/u)
    return error.code
  }
}

test(`the walk answers ${MUTATIONS} damaged models, each with a reason`, () => {
  const codes = new Map<string, number>()
  let slowestMs = 0
  for (let seed = 0; seed < MUTATIONS; seed++) {
    const bytes = copy(seed)
    const from = performance.now()
    const code = codeOf(bytes)
    slowestMs = Math.max(slowestMs, performance.now() - from)
    codes.set(code, (codes.get(code) ?? 0) + 1)
  }
  // Whole seconds would be a loop that depends on a number of the file.
  expect(slowestMs).toBeLessThan(5_000)
  // Damage to weights is none that a reader could see, and all kinds of damage were there.
  expect(codes.get('passes')).toBeGreaterThan(MUTATIONS / 20)
  for (const code of ['truncated', 'malformed', 'unknown-field', 'bad-text', 'duplicate-field'])
    expect(codes.get(code)).toBeGreaterThan(0)
})

test('what the walk lets pass is loaded or refused, or ends its own process alone', async () => {
  const names: string[] = []
  for (let seed = 0; names.length < LOADED_MAX; seed += files.length) {
    const bytes = copy(seed)
    if (codeOf(bytes) !== 'passes') continue
    names.push(`${seed}.onnx`)
    await writeFile(path.join(folder.path, names.at(-1)!), bytes)
  }
  const ends = await loadAll(names)
  expect([...ends.keys()]).toEqual(names)
  expect([...ends.values()].filter((code) => code === 'ok').length).toBeGreaterThan(10)
}, 120_000)

/** A death is the end of the file that was being loaded; the rest goes on in another process. */
async function loadAll(names: readonly string[]): Promise<Map<string, string>> {
  const ends = new Map<string, string>()
  const entry = new URL('./load-child.ts', import.meta.url)
  while (ends.size < names.length) {
    const question: LoadQuestion = {
      folder: folder.path,
      names: names.slice(ends.size),
      contract,
      labelCount,
    }
    const result = await askChild<number, Loaded>(entry, question, 60_000, {
      memoryMaxBytes: 2 ** 30,
      onNews: ({ name, code }) => void ends.set(name, code),
    })
    if (result.end !== 'answered') ends.set(names[ends.size]!, result.end)
  }
  return ends
}

test('the whole gate answers damaged models', async () => {
  for (let seed = 0; seed < THROUGH_THE_GATE; seed++) {
    const file = path.join(folder.path, 'gate.onnx')
    const bytes = copy(seed)
    await writeFile(file, bytes)
    const answer = await askGate({ ask: 'check', file, contract, labelCount })
    const walked = codeOf(bytes)
    if (!answer.ok) expect(answer.reason).toMatch(/^Cannot (register|load) model: .+/)
    if (walked !== 'passes') expect(answer).toMatchObject({ ok: false, code: walked })
  }
}, 120_000)
