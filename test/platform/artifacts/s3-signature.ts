// Whether a request is signed as AWS Signature Version 4 says, computed anew from what came over the wire.
// Source: "Create a signed AWS API request", steps 1 to 4; payloads are unsigned, as s3mini sends them.

import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

export interface Credentials {
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

const hmac = (key: Buffer | string, text: string) => createHmac('sha256', key).update(text).digest()

/** The code of S3's error, or undefined for a good signature. */
export function signatureFault(request: IncomingMessage, known: Credentials): string | undefined {
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/
  const match = form.exec(request.headers.authorization ?? '')
  if (!match) return 'AccessDenied'
  const [, accessKeyId, day, region, signedHeaders, signature] = match as unknown as string[]
  if (accessKeyId !== known.accessKeyId) return 'InvalidAccessKeyId'
  if (region !== known.region) return 'AuthorizationHeaderMalformed'
  const url = new URL(request.url!, 'http://stub')
  const query = [...url.searchParams]
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&')
  const headers = signedHeaders!.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}\n`)
  const canonical = [
    request.method,
    url.pathname,
    query,
    headers.join(''),
    signedHeaders,
    request.headers['x-amz-content-sha256'],
  ].join('\n')
  const scope = `${day}/${region}/s3/aws4_request`
  const toSign = [
    'AWS4-HMAC-SHA256',
    request.headers['x-amz-date'],
    scope,
    createHash('sha256').update(canonical).digest('hex'),
  ].join('\n')
  const key = ['s3', 'aws4_request'].reduce(
    (above, part) => hmac(above, part),
    hmac(hmac(`AWS4${known.secretAccessKey}`, day!), region!),
  )
  const right = hmac(key, toSign)
  return timingSafeEqual(right, Buffer.from(signature!, 'hex')) ? undefined : 'SignatureDoesNotMatch'
}
