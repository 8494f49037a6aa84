// Selections in words: by the pair that came of them.

import type { Answers } from '../app/trpc.ts'

type Result = Answers['selections']['get']['result']

export const nameOf = (result: Result, modelId: string): string =>
  result.candidates.find((candidate) => candidate.modelId === modelId)?.name ?? modelId

export const pairInWords = (result: Result): string =>
  result.ok
    ? `${nameOf(result, result.localModelId)} → ${nameOf(result, result.edgeModelId)}`
    : 'no pair keeps its limits'
