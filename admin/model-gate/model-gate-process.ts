// The gate's child process: opens a stranger's file, so that whatever it does to its reader it does here. ONNX Runtime
// is not even loaded for a file whose structure is refused.

import { answerParent } from '#platform/ask-child.ts'
import { ModelRefused } from '#vision/model-refused.ts'
import { withFile } from '../onnx-format/file-source.ts'
import { OnnxRefused } from '../onnx-format/onnx-refused.ts'
import { GATE_LIMITS } from './gate-limits.ts'
import type { GateAnswer, GateQuestion, ModelInfo } from './model-gate.ts'
import { walkModel } from './walk-model.ts'

answerParent(async (question: GateQuestion): Promise<GateAnswer> => {
  try {
    const { params } = withFile(question.file, (source) =>
      walkModel(source, { ...GATE_LIMITS, domains: question.domains }),
    )
    return { ok: true, params, ...(await load(question)) }
  } catch (error) {
    if (error instanceof OnnxRefused) return { ok: false, code: error.code, reason: error.message }
    if (!(error instanceof ModelRefused)) throw error
    if (isOutOfMemory(error)) return OUT_OF_MEMORY
    return { ok: false, code: error.code, reason: error.message }
  }
})

const OUT_OF_MEMORY: GateAnswer = {
  ok: false,
  code: 'memory',
  reason: 'Cannot register model: asks for gigabytes of memory, expected little more than its file holds',
}

async function load(question: GateQuestion): Promise<{ info?: ModelInfo }> {
  if (question.ask === 'inspect') {
    const { inspectModel } = await import('#vision/onnx-model.ts')
    return { info: await inspectModel(question.file) }
  }
  const { checkContract } = await import('#vision/check-contract.ts')
  await checkContract(question.file, question.contract, question.labelCount)
  return {}
}

/** As ONNX Runtime tells it, by the words of whoever could not allocate. */
function isOutOfMemory(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause)
    if (/bad_?alloc|allocat(e|ion)|out of memory/i.test(at.message)) return true
  return false
}
