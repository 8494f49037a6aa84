// Files that are two things at once: an image with something else behind, inside or before it. What is whole up to its
// own end may be answered; what begins with anything else is refused.

import type { Damage } from './damage.ts'
import { jpegSegment, PNG_SIGNATURE, pngChunk, replacePart, riffChunk } from './parts.ts'
import type { WholeImage } from './whole-images.ts'

const text = (content: string) => Buffer.from(content, 'latin1')

const STRANGERS: Record<string, Buffer> = {
  zip: text(`PK\x03\x04\x14\0\0\0\0\0${'\0'.repeat(16)}\x01\0\0\0xPK\x05\x06${'\0'.repeat(18)}`),
  html: text('<!doctype html><script>alert(1)</script>'),
  php: text('<?php system($_GET["x"]); ?>'),
  pdf: text('%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF'),
  elf: text('\x7fELF\x02\x01\x01\0'),
  gif: text('GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;'),
  svg: text('<svg xmlns="http://www.w3.org/2000/svg" width="99999" height="99999"/>'),
  'line feed': text('\n'),
  zeros: Buffer.alloc(1_000),
}

export function polyglots(images: readonly WholeImage[]): Damage[] {
  const found: Damage[] = []
  const add = (name: string, make: () => Buffer) => found.push({ kind: 'polyglot', name, make })
  for (const image of images) {
    const other = images[(images.indexOf(image) + 6) % images.length]!
    for (const [name, stranger] of Object.entries({
      ...STRANGERS,
      [other.name]: other.bytes,
      itself: image.bytes,
    })) {
      add(`${image.name}, then ${name}`, () => Buffer.concat([image.bytes, stranger]))
      add(`${name}, then ${image.name}`, () => Buffer.concat([stranger, image.bytes]))
      add(`${image.name} with ${name} inside`, () => hidden(image, stranger))
    }
    add(`${image.name} behind a JPEG start`, () => Buffer.concat([text('\xff\xd8\xff'), image.bytes]))
    add(`${image.name} behind a PNG signature`, () => Buffer.concat([PNG_SIGNATURE, image.bytes]))
    add(`${image.name} as a WebP chunk`, () =>
      riffChunk('RIFF', Buffer.concat([text('WEBP'), riffChunk('VP8 ', image.bytes)])),
    )
  }
  return found
}

/** Where its format lets strangers be: a comment, a text, an unknown chunk. */
function hidden({ format, bytes }: WholeImage, stranger: Buffer): Buffer {
  const at = (start: number) => ({ type: '', start, end: start })
  if (format === 'jpeg') return replacePart(bytes, at(2), jpegSegment(0xfe, stranger))
  if (format === 'png')
    return replacePart(bytes, at(33), pngChunk('tEXt', Buffer.concat([text('Comment\0'), stranger])))
  const whole = Buffer.concat([bytes, riffChunk('XXXX', stranger)])
  whole.writeUInt32LE(whole.length - 8, 4)
  return whole
}
