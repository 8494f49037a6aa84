// Asks a worker to classify one encoded image.

import { ClassifyAnswer, ErrorBody } from '#contract/classify.ts'
import type { Preference } from '#contract/decision.ts'
import { CommandFailed } from './api.ts'

export interface ClassifyCall {
  readonly url: string
  readonly bytes: Uint8Array
  readonly topK?: number
  readonly preference?: Preference
}

export async function classify({
  url,
  bytes,
  topK = 1,
  preference = 'balanced',
}: ClassifyCall): Promise<ClassifyAnswer> {
  const response = await fetch(`${url}/v1/classify?topK=${topK}&preference=${preference}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes,
  }).catch((cause: unknown) => {
    throw new CommandFailed(`Cannot reach the worker at "${url}": is it running?`, { cause })
  })
  const json: unknown = await response.json().catch(() => undefined)
  if (response.ok) return ClassifyAnswer.parse(json)
  const refused = ErrorBody.safeParse(json)
  throw new CommandFailed(
    refused.success ? refused.data.error.message : `Cannot classify: status ${response.status}`,
  )
}
