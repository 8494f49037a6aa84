// Loads file after file as the gate's process does once the structure has passed, and tells of each how it ended. A
// process of its own for many: starting one takes longer than loading.

import path from 'node:path'
import type { ModelContract } from '#contract/model.ts'
import { answerParent } from '#platform/ask-child.ts'
import { checkContract } from '#vision/check-contract.ts'
import { ModelRefused } from '#vision/model-refused.ts'

export interface LoadQuestion {
  readonly folder: string
  readonly names: readonly string[]
  readonly contract: ModelContract
  readonly labelCount: number
}
export interface Loaded {
  readonly name: string
  readonly code: string
}

answerParent<LoadQuestion, number, Loaded>(async ({ folder, names, contract, labelCount }, tell) => {
  for (const name of names)
    await tell({ name, code: await load(path.join(folder, name), contract, labelCount) })
  return names.length
})

async function load(file: string, contract: ModelContract, labelCount: number): Promise<string> {
  try {
    await checkContract(file, contract, labelCount)
    return 'ok'
  } catch (error) {
    if (error instanceof ModelRefused) return error.code
    throw error
  }
}
