// Decides whether a model may be registered: in a child process with a deadline, because a crafted file may
// crash, hang or bloat whatever opens it. What can be told from the bytes alone is told before.

import { readFile } from 'node:fs/promises'
import type { ModelContract } from '#contract/model.ts'
import { askChild } from '#platform/ask-child.ts'

export type GateQuestion =
  | { readonly ask: 'inspect'; readonly file: string }
  | {
      readonly ask: 'check'
      readonly file: string
      readonly contract: ModelContract
      readonly labelCount: number
    }

export interface TensorInfo {
  readonly name: string
  readonly dtype: string
  /** A name stands for a free dimension. */
  readonly shape: readonly (number | string)[]
}
export interface ModelInfo {
  readonly inputs: readonly TensorInfo[]
  readonly outputs: readonly TensorInfo[]
}
export type GateAnswer =
  | { readonly ok: true; readonly info?: ModelInfo }
  | { readonly ok: false; readonly reason: string }

/** ResNet-152 loads and answers in about 3 s on a small board; 60 s is a hang. */
const GATE_DEADLINE_MS = 60_000

/** The key by which ONNX names a file beside the model: StringStringEntryProto { key: "location", value }. */
const EXTERNAL_DATA_KEY = Buffer.from('\x0a\x08location\x12', 'latin1')

export async function askGate(question: GateQuestion): Promise<GateAnswer> {
  if ((await readFile(question.file)).includes(EXTERNAL_DATA_KEY))
    return {
      ok: false,
      reason: 'Cannot register model: keeps weights in other files, expected one self-contained file',
    }
  const entry = new URL('./model-gate-process.ts', import.meta.url)
  const result = await askChild<GateAnswer>(entry, question, GATE_DEADLINE_MS)
  if (result.end === 'answered') return result.answer
  const why =
    result.end === 'died'
      ? `loading it ended the process (${result.how})`
      : `it did not answer within ${GATE_DEADLINE_MS / 1_000} s`
  return { ok: false, reason: `Cannot register model: ${why}` }
}
