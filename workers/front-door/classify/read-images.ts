// The images of one request, as they were sent: the body itself, or the parts of a form. Nothing is looked at here but
// how much it is; what the bytes are is the decoder's to say.

import type { IncomingMessage } from 'node:http'
import { IMAGE_MAX_BYTES } from '#contract/classify.ts'
import { RequestRefused } from '../request-refused.ts'
import type { TakeBytes } from './body-budget.ts'
import { readMultipart } from './read-multipart.ts'
import { receiveBody } from './receive-body.ts'

/** At least one. */
export async function readImages(incoming: IncomingMessage, take: TakeBytes): Promise<Uint8Array[]> {
  const contentType = incoming.headers['content-type'] ?? ''
  if (/^\s*multipart\/form-data\b/i.test(contentType)) return readMultipart(incoming, take)
  if (/^\s*multipart\//i.test(contentType))
    throw new RequestRefused(
      'unsupported-format',
      'Cannot read images: are sent as another kind of multipart, expected multipart/form-data',
    )
  const chunks: Buffer[] = []
  await receiveBody(incoming, {
    sizeMaxBytes: IMAGE_MAX_BYTES,
    onChunk(chunk) {
      take(chunk.length)
      chunks.push(chunk)
    },
  })
  if (chunks.length === 0)
    throw new RequestRefused('empty', 'Cannot read image: the body is empty, expected JPEG, PNG or WebP')
  return [chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)]
}
