// Errors on their way out of the vision process. Refusals arrive as what they were, since callers tell them apart;
// everything else is a defect in there, and arrives as an error that says so.

import { ArtifactRefused } from '#platform/artifact-refused.ts'
import { ImageRefused } from '#vision/image-refused.ts'
import { ModelRefused } from '#vision/model-refused.ts'
import { InferenceLate } from '#vision/session/inference-late.ts'
import { TooManyViews } from '#vision/session/too-many-views.ts'
import type { ToldError } from './vision-calls.ts'

export function tell(error: unknown): ToldError {
  if (!(error instanceof Error)) return { name: 'Error', message: 'threw no error' }
  const { name, message, cause } = error
  return {
    name,
    message,
    code: 'code' in error && typeof error.code === 'string' ? error.code : undefined,
    cause: cause instanceof Error ? cause.message : undefined,
  }
}

export function errorOf({ name, code, message, cause }: ToldError): Error {
  const options = cause === undefined ? {} : { cause: new Error(cause) }
  switch (name) {
    case 'ImageRefused':
      return new ImageRefused(code as ImageRefused['code'], message, options)
    case 'ModelRefused':
      return new ModelRefused(code as ModelRefused['code'], message, options)
    case 'ArtifactRefused':
      return new ArtifactRefused(code as ArtifactRefused['code'], message)
    case 'InferenceLate':
      return new InferenceLate(message, options)
    case 'TooManyViews':
      return new TooManyViews(message, options)
  }
  return new Error(`the vision process failed: ${name}: ${message}`, options)
}
