// Files that are no JPEG, PNG or WebP: pictures of other kinds, documents, programs, archives; each as it is, and each
// behind the first bytes of a kind that is allowed, as somebody would send it who wants another decoder to open it.

import { gzipSync } from 'node:zlib'
import sharp from 'sharp'
import type { Damage } from './damage.ts'
import { PNG_SIGNATURE, riffChunk } from './parts.ts'

const text = (content: string) => Buffer.from(content, 'latin1')
const box = (brand: string) =>
  Buffer.concat([text('\0\0\0\x18ftyp'), text(brand), text('\0\0\0\0mif1heic'), Buffer.alloc(64)])
const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink" width="9" height="9">'
const LAUGHS = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('')

const pixels = () => sharp({ create: { width: 16, height: 12, channels: 3, background: '#3060a0' } })

/** Real ones where the image library writes them, else what a reader of that kind looks at first. */
const TYPES: Record<string, () => Promise<Buffer> | Buffer> = {
  gif: () => pixels().gif().toBuffer(),
  tiff: () => pixels().tiff().toBuffer(),
  avif: () => pixels().avif({ effort: 0 }).toBuffer(),
  'tiff, big endian': () => text('MM\0\x2a\0\0\0\x08\0\0\0\0\0\0'),
  bigtiff: () => text('II\x2b\0\x08\0\0\0\x10\0\0\0\0\0\0\0'),
  heif: () => box('heic'),
  'avif by name': () => box('avif'),
  mp4: () => box('isom'),
  svg: () => text(`${SVG}<rect width="9" height="9"/></svg>`),
  'svg with a declaration': () => text(`<?xml version="1.0"?>${SVG}</svg>`),
  'svg that reads a file': () =>
    text(`${SVG}<image x:href="file:///etc/passwd" width="9" height="9"/></svg>`),
  'svg that calls out': () => text(`${SVG}<image x:href="http://127.0.0.1:1/" width="9" height="9"/></svg>`),
  'svg with entities': () =>
    text(`<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]>${SVG}<text>&x;</text></svg>`),
  'svg that laughs': () => text(`<!DOCTYPE s [<!ENTITY l0 "ha">${LAUGHS}]>${SVG}<text>&l9;</text></svg>`),
  'svg of a gigapixel': () => text('<svg xmlns="http://www.w3.org/2000/svg" width="99999" height="99999"/>'),
  bmp: () =>
    Buffer.concat([
      text('BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x02\0\0\0\x02\0\0\0\x01\0\x18\0'),
      Buffer.alloc(40),
    ]),
  ico: () => text('\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0\x68\x04\0\0\x16\0\0\0'),
  'jpeg 2000': () => text('\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 \0\0\0\0jp2 '),
  'jpeg 2000 stream': () => text('\xff\x4f\xff\x51\0\x2f\0\0\0\0\0\x10\0\0\0\x10'),
  'jpeg xl': () => text('\xff\x0a\xfa\x7f\x01\x90\x08\x06'),
  'jpeg xl box': () => text('\0\0\0\x0cJXL \r\n\x87\n\0\0\0\x14ftypjxl '),
  psd: () => text('8BPS\0\x01\0\0\0\0\0\0\0\x03\0\0\0\x10\0\0\0\x10\0\x08\0\x03'),
  exr: () => text('\x76\x2f\x31\x01\x02\0\0\0channels\0chlist\0'),
  radiance: () => text('#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 2 +X 2\n\0\0\0\0'),
  ppm: () => text('P6 2 2 255\n\0\0\0\0\0\0\0\0\0\0\0\0'),
  'ppm of a gigapixel': () => text('P6 99999 99999 255\n'),
  fits: () => text('SIMPLE  =                    T / file does conform'.padEnd(2_880)),
  vips: () => Buffer.concat([text('\xb6\xa6\xf2\x08\x10\0\0\0\x10\0\0\0\x03\0\0\0'), Buffer.alloc(128)]),
  matlab: () => text('MATLAB 5.0 MAT-file'.padEnd(128)),
  qoi: () => text('qoif\0\0\0\x02\0\0\0\x02\x03\0\0\0\0\0\0\0\0\x01'),
  dds: () => text('DDS \x7c\0\0\0\x07\x10\0\0'),
  wav: () =>
    riffChunk(
      'RIFF',
      text('WAVEfmt \x10\0\0\0\x01\0\x01\0\x44\xac\0\0\x88\x58\x01\0\x02\0\x10\0data\0\0\0\0'),
    ),
  avi: () => riffChunk('RIFF', text('AVI LIST\x04\0\0\0hdrl')),
  pdf: () => text('%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF'),
  postscript: () => text('%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage'),
  html: () => text('<!doctype html><title>x</title><script>alert(1)</script>'),
  json: () => text('{"image": null}'),
  csv: () => text('file,label\na.png,1\n'),
  shell: () => text('#!/bin/sh\necho x\n'),
  php: () => text('<?php phpinfo(); ?>'),
  elf: () => Buffer.concat([text('\x7fELF\x02\x01\x01\0'), Buffer.alloc(56)]),
  exe: () => Buffer.concat([text('MZ\x90\0\x03\0\0\0'), Buffer.alloc(56)]),
  wasm: () => text('\0asm\x01\0\0\0'),
  zip: () => text(`PK\x05\x06${'\0'.repeat(18)}`),
  gzip: () => gzipSync('x'.repeat(1_000)),
  xz: () => text('\xfd7zXZ\0\0\x04\xe6\xd6\xb4\x46'),
  zstd: () => text('\x28\xb5\x2f\xfd\x04\x58\x09\0\0x'),
  tar: () => text(`name${'\0'.repeat(253)}ustar\x0000`.padEnd(512, '\0')),
  sqlite: () => text('SQLite format 3\0'.padEnd(100, '\0')),
  'base64 of a picture': () => text('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk'),
  'data url': () => text('data:image/png;base64,iVBORw0KGgo='),
  multipart: () => text('--x\r\nContent-Disposition: form-data; name="image"\r\n\r\n\x89PNG\r\n--x--\r\n'),
  'byte order mark': () => text('\xef\xbb\xbf'),
  zeros: () => Buffer.alloc(4_096),
  ones: () => Buffer.alloc(4_096, 0xff),
  'one byte': () => Buffer.from([0xff]),
}

const DISGUISES: Record<string, Buffer> = {
  'jpeg start': Buffer.from([0xff, 0xd8, 0xff]),
  'jfif header': Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'),
  'png signature': PNG_SIGNATURE,
  'webp header': text('RIFF\xff\xff\0\0WEBP'),
  'vp8 header': text('RIFF\xff\xff\0\0WEBPVP8 \xff\xff\0\0'),
}

export const wrongTypes = (): Damage[] =>
  Object.entries(TYPES).flatMap(([name, make]): Damage[] => [
    { kind: 'wrong type', name, make },
    ...Object.entries(DISGUISES).map(
      ([disguise, head]): Damage => ({
        kind: 'wrong type',
        name: `${name} behind a ${disguise}`,
        make: async () => Buffer.concat([head, await make()]),
      }),
    ),
  ])
