// A form with images (RFC 7578), read while it arrives. Strict where others are lenient: a part that is not an image
// is refused and not skipped, since answers are known by their place. The parser is the one of @fastify/busboy, one
// layer below its form reader, which skips silently what it does not know.

import type { IncomingMessage } from 'node:http'
import { Dicer } from '@fastify/busboy'
import { BATCH_MAX, BATCH_MAX_BYTES, IMAGE_MAX_BYTES } from '#contract/classify.ts'
import { RequestRefused } from '../request-refused.ts'
import type { TakeBytes } from './body-budget.ts'
import { receiveBody } from './receive-body.ts'

/** Content-Disposition, Content-Type and a few that nobody needs. */
const HEADERS_MAX = 16

type PartHeaders = Readonly<Record<string, readonly string[] | undefined>>

export async function readMultipart(incoming: IncomingMessage, take: TakeBytes): Promise<Uint8Array[]> {
  const dicer = new Dicer({
    boundary: boundaryOf(incoming.headers['content-type'] ?? ''),
    maxHeaderPairs: HEADERS_MAX,
  })
  const parts: Promise<Uint8Array>[] = []
  let refused: unknown
  const refuse = (error: unknown) => {
    refused ??= error
  }
  const finished = new Promise<void>((resolve, reject) => {
    dicer.once('finish', resolve)
    dicer.on('error', (cause) => reject(malformed('ends before its last boundary', cause)))
  })
  // Whoever refuses first is heard; the others must not be unhandled.
  finished.catch(refuse)
  dicer.on('part', (part) => {
    if (parts.length >= BATCH_MAX) {
      part.on('error', refuse).resume()
      return refuse(tooMany())
    }
    const image = readPart(part, parts.length + 1)
    image.catch(refuse)
    parts.push(image)
  })
  await receiveBody(incoming, {
    sizeMaxBytes: BATCH_MAX_BYTES,
    onChunk(chunk) {
      take(chunk.length)
      if (refused === undefined) dicer.write(chunk)
      if (refused !== undefined) throw refused
    },
  })
  dicer.end()
  await finished
  const images = await Promise.all(parts)
  if (refused !== undefined) throw refused
  if (images.length === 0)
    throw new RequestRefused(
      'empty',
      'Cannot read images: the form has no part, expected parts named "image"',
    )
  return images
}

function readPart(part: Dicer.PartStream, number: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    let isNamed = false
    part.on('header', (headers) => {
      isNamed = true
      try {
        checkHeaders(headers as PartHeaders, number)
      } catch (error) {
        reject(error)
      }
    })
    part.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= IMAGE_MAX_BYTES) chunks.push(chunk)
      else
        reject(
          new RequestRefused('too-large', `Cannot read image ${number}: is over ${IMAGE_MAX_BYTES} bytes`),
        )
    })
    part.on('error', (cause) => reject(malformed(`ends within image ${number}`, cause)))
    part.on('end', () => {
      if (!isNamed) reject(malformed(`has no headers in part ${number}`))
      else if (size === 0)
        reject(
          new RequestRefused('empty', `Cannot read image ${number}: is empty, expected JPEG, PNG or WebP`),
        )
      else resolve(Buffer.concat(chunks))
    })
  })
}

function checkHeaders(headers: PartHeaders, number: number): void {
  const disposition = headers['content-disposition']?.[0] ?? ''
  const name = /^form-data\s*;(?:.*;)?\s*name=(?:"([^"]*)"|([^\s;"]+))/i.exec(disposition)
  const found = name?.[1] ?? name?.[2]
  if (found !== 'image')
    throw new RequestRefused(
      'invalid',
      found === undefined
        ? `Cannot read part ${number}: has no name, expected Content-Disposition: form-data; name="image"`
        : `Cannot read part ${number}: is not named "image", which is the only name there is`,
    )
  const type = headers['content-type']?.[0] ?? ''
  if (/^multipart\//i.test(type))
    throw new RequestRefused('invalid', `Cannot read image ${number}: is a form in a form, expected an image`)
  const encoding = headers['content-transfer-encoding']?.[0] ?? 'binary'
  if (headers['content-encoding'] !== undefined || !/^(binary|7bit|8bit)$/i.test(encoding.trim()))
    throw new RequestRefused('encoded', `Cannot read image ${number}: is encoded, expected the plain bytes`)
}

/** At most 70 characters, by RFC 2046. */
function boundaryOf(contentType: string): string {
  const found = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))\s*(?:;|$)/i.exec(contentType)
  const boundary = found?.[1] ?? found?.[2]
  if (boundary === undefined) throw malformed('names no boundary in its Content-Type')
  return boundary
}

const malformed = (what: string, cause?: unknown) =>
  new RequestRefused('invalid', `Cannot read images: the form ${what}, expected multipart/form-data`, {
    cause,
  })

const tooMany = () =>
  new RequestRefused(
    'too-many-images',
    `Cannot read images: are over ${BATCH_MAX}, expected at most ${BATCH_MAX}`,
  )
