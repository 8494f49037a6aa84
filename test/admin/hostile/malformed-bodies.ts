// Three hundred bodies that are not JSON, the same in every run: cut off, badly quoted, badly numbered, other formats and
// encodings, nested without end, random, and good JSON with one byte that is not. None of them parses.

import { gzipSync } from 'node:zlib'
import { createRandom, randomInteger } from '#core/random.ts'

const text = (value: string): Buffer => Buffer.from(value, 'utf8')

const BY_HAND: readonly string[] = [
  '{',
  '}',
  '[',
  ']',
  '"',
  '{"',
  '{"a',
  '{"a"',
  '{"a":',
  '{"a":1',
  '{"a":1,',
  '{"a":1,}',
  '{"a":1}}',
  '[1,]',
  '[,1]',
  '[1 2]',
  '{,}',
  '{:}',
  '{1:2}',
  "{'a':1}",
  '{a:1}',
  '{"a" 1}',
  '{"a"::1}',
  '{"a":1 "b":2}',
  '[1],',
  ',',
  ':',
  '()',
  '<xml/>',
  '- 1',
  '+1',
  '01',
  '1.',
  '.5',
  '1e',
  '1e+',
  '0x10',
  '1_000',
  '1n',
  'NaN',
  'Infinity',
  '-Infinity',
  'undefined',
  'True',
  'nul',
  'nulll',
  'tru',
  'falsey',
  '"\\x41"',
  '"\\u12"',
  '"\\u12G4"',
  '"\\"',
  '"a\nb"',
  '"a\tb"',
  '"a\u0000b"',
  '\u0000',
  '\ufeff',
  '\ufeff{',
  '// a\n{}',
  '/* a */ {}',
  '{} // a',
  '{}{}',
  '{} {}',
  '[] []',
  'null null',
  '1 2',
  '"a" "b"',
  'a=1&b=2',
  '--x\r\ncontent-disposition: form-data\r\n\r\n1',
  '---\na: 1\n',
  '#!/bin/sh',
  '%{jndi:ldap://x}',
  '{"a":undefined}',
  '{"a":NaN}',
  '{"a":Infinity}',
  '{"a":function(){}}',
  '[...]',
  '{"__proto__":}',
  '{"a":1e}',
  '{"a":--1}',
  '\u2028',
  '\u201c{}\u201d',
  '{"a":"\u0001"}',
  '`{}`',
  '{"a":`b`}',
  '[1;2]',
]

/** What JSON means nothing by, whatever stands around it. */
const SPOILERS = ['\u0000', '\u0001', '\\', '@', '`', "'", ';', '\u00a0x', '=', '&']
const GOOD =
  '{"name":"tandem","list":[1,2.5,-3e2,true,false,null,{"deep":{"deeper":["a","\\u00e9","\\n"]}}],"tier":"local","count":12}'

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString('utf8'))
    return true
  } catch {
    return false
  }
}

function* candidates(): Generator<Buffer> {
  for (const value of BY_HAND) yield text(value)
  for (let end = 1; end < GOOD.length; end += 3) yield text(GOOD.slice(0, end))
  for (const open of ['[', '{"a":', '[{"a":']) yield text(open.repeat(2_500))
  yield text(`${'['.repeat(5_000)}${']'.repeat(4_999)}`)
  yield text(`"${'x'.repeat(100_000)}`)
  yield gzipSync(GOOD)
  yield Buffer.from(GOOD, 'utf16le')
  yield Buffer.from(GOOD, 'utf16le').swap16()
  // The same in two bytes a character where one is enough, and characters that UTF-8 has not.
  yield Buffer.from([0x7b, 0xc0, 0xa2, 0x61, 0xc0, 0xa2, 0x3a, 0x31, 0x7d])
  yield Buffer.from([0x7b, 0x80, 0xbf, 0xff, 0xfe, 0x7d])
  for (let seed = 0; ; seed++) yield randomBody(createRandom(seed))
}

function randomBody(random: () => number): Buffer {
  if (random() < 0.4)
    return Buffer.from(
      Array.from({ length: 1 + randomInteger(random, 200) }, () => randomInteger(random, 256)),
    )
  const at = randomInteger(random, GOOD.length)
  if (random() < 0.4) return text(GOOD.slice(0, at) + GOOD.slice(at + 1 + randomInteger(random, 8)))
  return text(GOOD.slice(0, at) + SPOILERS[randomInteger(random, SPOILERS.length)]! + GOOD.slice(at + 1))
}

export const MALFORMED_COUNT = 300

export const MALFORMED_BODIES: readonly Buffer[] = (() => {
  const bodies: Buffer[] = []
  for (const body of candidates()) {
    if (bodies.length === MALFORMED_COUNT) break
    if (!isJson(body)) bodies.push(body)
  }
  return bodies
})()
