// What an S3 call ended with, told apart by what can be done about it: ask again (the server or the line had a bad
// moment), or tell whoever set it up. s3mini reads a server's error code only from `application/xml` without
// parameters, so the body is looked at once more.

import { S3NetworkError, S3ServiceError } from 's3mini'
import { ArtifactStoreFailed, type StoreFailure } from '../artifact-store-failed.ts'

export interface S3Failure {
  readonly error: ArtifactStoreFailed
  readonly isTransient: boolean
}

/** `what`: "put object …"; `where`: the bucket and its server. Undefined for a defect of ours. */
export function s3FailureOf(cause: unknown, what: string, where: string): S3Failure | undefined {
  const service = serviceErrorBehind(cause)
  if (service) {
    const code = serverCodeOf(service)
    const said = code === undefined ? `${service.status}` : `${service.status} ${code}`
    const message = `Cannot ${what}: ${where} answers ${said}, expected success`
    return {
      error: new ArtifactStoreFailed(kindOf(service.status, code), message, {
        cause,
        ...(code === undefined ? {} : { serverCode: code }),
      }),
      isTransient: isBadMoment(service.status, code),
    }
  }
  const why = lineFailure(cause) ?? oddAnswer(cause)
  if (why === undefined) return undefined
  const error = new ArtifactStoreFailed('unreachable', `Cannot ${what}: ${where} is not reached (${why})`, {
    cause,
  })
  return { error, isTransient: true }
}

/** s3mini wraps what a HEAD ended with. */
function serviceErrorBehind(cause: unknown): S3ServiceError | undefined {
  if (cause instanceof S3ServiceError) return cause
  return cause instanceof Error && cause.cause instanceof S3ServiceError ? cause.cause : undefined
}

function serverCodeOf({ serviceCode, body }: S3ServiceError): string | undefined {
  if (serviceCode !== undefined && serviceCode !== 'Unknown') return serviceCode
  return /<Code>(\w{1,100})<\/Code>/.exec(body ?? '')?.[1]
}

function kindOf(status: number, code: string | undefined): StoreFailure {
  if (code === 'NoSuchBucket') return 'no-bucket'
  if (status === 404) return 'not-found'
  if (status === 412) return 'present'
  if (status === 401 || status === 403) return 'denied'
  return status >= 500 || status === 429 ? 'unreachable' : 'refused'
}

/** 501 is no bad moment: the server will not have learnt it the next time. 409: two conditional puts at once. */
const isBadMoment = (status: number, code: string | undefined): boolean =>
  (status >= 500 && status !== 501) ||
  [408, 425, 429].includes(status) ||
  code === 'RequestTimeout' ||
  code === 'ConditionalRequestConflict'

/** A 200 whose body holds an error, as copies and completions may end; s3mini misses what it looks for. */
const oddAnswer = (cause: unknown): string | undefined =>
  cause instanceof Error && cause.message.startsWith('[s3mini]') ? 'its answer makes no sense' : undefined

/** Node and undici name it deep inside, by a code or in words. A body that ends early is "terminated". */
function lineFailure(cause: unknown): string | undefined {
  let words: string | undefined
  for (let error = cause; error instanceof Error; error = error.cause) {
    const { code } = error as NodeJS.ErrnoException
    if (typeof code === 'string' && /^(E[A-Z]+|UND_ERR_\w+)$/.test(code)) return code
    if (error instanceof S3NetworkError) return error.message
    if (error.name === 'TimeoutError' || error.name === 'AbortError') return error.name
    // Whatever lies behind these two is the line's, also where it has no code.
    if (words !== undefined || ['terminated', 'fetch failed'].includes(error.message)) words = error.message
  }
  return words
}
