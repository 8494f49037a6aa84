// The gate's child process: opens a stranger's file, so that whatever it does to the runtime it does here.

import { answerParent } from '#platform/ask-child.ts'
import { checkContract } from '#vision/check-contract.ts'
import { ModelRefused } from '#vision/model-refused.ts'
import { inspectModel } from '#vision/onnx-model.ts'
import type { GateAnswer, GateQuestion } from './model-gate.ts'

answerParent(async (question: GateQuestion): Promise<GateAnswer> => {
  try {
    if (question.ask === 'inspect') return { ok: true, info: await inspectModel(question.file) }
    await checkContract(question.file, question.contract, question.labelCount)
    return { ok: true }
  } catch (error) {
    if (!(error instanceof ModelRefused)) throw error
    return { ok: false, reason: error.message }
  }
})
