// Decides whether a model may be registered, in a child process that knows no secrets and has bounded memory and time,
// because a crafted file may crash, hang or bloat whatever opens it. Two halves, the second only where the first
// passes: the file's structure is walked (walk-model.ts), then ONNX Runtime loads it and answers one grey image.
//
// Devices load models as well, in their vision process, without walking them again: they load only bytes whose digest a
// signed manifest names, and a manifest names only models that came through here.

import { stat } from 'node:fs/promises'
import type { ModelContract } from '#contract/model.ts'
import { askChild } from '#platform/ask-child.ts'
import type { ModelRefusedCode } from '#vision/model-refused.ts'
import type { OnnxRefusedCode } from '../onnx-format/onnx-refused.ts'

export interface GateOptions {
  /** Operator domains beside those that the runtime ships. */
  readonly domains?: readonly string[] | undefined
  /** By default a minute: ResNet-152 loads and answers in about 3 s on a small board. */
  readonly deadlineMs?: number
}

export type GateRequest =
  | { readonly ask: 'inspect'; readonly file: string }
  | {
      readonly ask: 'check'
      readonly file: string
      readonly contract: ModelContract
      readonly labelCount: number
    }
export type GateQuestion = GateRequest & { readonly domains: readonly string[] }

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

export type GateCode = OnnxRefusedCode | ModelRefusedCode | 'memory' | 'died' | 'deadline'
export type GateAnswer =
  | {
      readonly ok: true
      readonly info?: ModelInfo
      /** How many parameters it has, by its file. */
      readonly params: number
    }
  | { readonly ok: false; readonly code: GateCode; readonly reason: string }

/** Node with ONNX Runtime takes 130 MB; the rest is for the numbers between the layers, of a large image. */
const MEMORY_BASE_BYTES = 1024 ** 3
/** The bytes, what the parser makes of them, the tensors, and what the runtime packs for its kernels; twice for room. */
const MEMORY_PER_FILE_BYTE = 6

export async function askGate(
  request: GateRequest,
  { domains = [], deadlineMs = 60_000 }: GateOptions = {},
): Promise<GateAnswer> {
  const { size } = await stat(request.file)
  const memoryMaxBytes = MEMORY_BASE_BYTES + MEMORY_PER_FILE_BYTE * size
  const entry = new URL('./model-gate-process.ts', import.meta.url)
  const question: GateQuestion = { ...request, domains }
  const result = await askChild<GateAnswer>(entry, question, deadlineMs, { memoryMaxBytes })
  if (result.end === 'answered') return result.answer
  if (result.end === 'deadline') return refused('deadline', `did not answer within ${deadlineMs / 1_000} s`)
  return refused('died', `ended the process that loaded it (${result.how})`)
}

const refused = (code: GateCode, what: string): GateAnswer => ({
  ok: false,
  code,
  reason: `Cannot register model: ${what}, expected one that loads and answers one image within bounds`,
})
