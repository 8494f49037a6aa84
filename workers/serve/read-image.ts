// Reads a request's body into memory with a cap that is counted on the stream: Content-Length may lie, chunked
// bodies have none.

/** Twice a 12-megapixel JPEG of a Pi camera. */
export const IMAGE_MAX_BYTES = 16 * 1024 ** 2

export type RequestRefusedCode =
  | 'empty'
  | 'too-large'
  | 'broken-off'
  | 'encoded'
  | 'invalid'
  | 'not-ready'
  | 'busy'
  | 'wrong-deployment'

export class RequestRefused extends Error {
  readonly code: RequestRefusedCode
  constructor(code: RequestRefusedCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'RequestRefused'
    this.code = code
  }
}

const tooLarge = () => new RequestRefused('too-large', `Cannot read image: is over ${IMAGE_MAX_BYTES} bytes`)

export async function readImage(request: Request): Promise<Uint8Array> {
  if (request.headers.has('content-encoding'))
    throw new RequestRefused('encoded', 'Cannot read image: has a Content-Encoding, expected the plain bytes')
  if (Number(request.headers.get('content-length') ?? 0) > IMAGE_MAX_BYTES) throw tooLarge()
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.length
      if (size > IMAGE_MAX_BYTES) throw tooLarge()
      chunks.push(chunk)
    }
  } catch (cause) {
    if (cause instanceof RequestRefused) throw cause
    throw new RequestRefused('broken-off', 'Cannot read image: the connection broke off', { cause })
  }
  if (size === 0)
    throw new RequestRefused('empty', 'Cannot read image: the body is empty, expected JPEG, PNG or WebP')
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}
