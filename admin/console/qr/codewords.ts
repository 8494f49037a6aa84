// The bytes of a QR code (ISO/IEC 18004, 7.4 to 7.6): the text in byte mode, filled up, cut into blocks, each with its
// correction, interleaved. Correction level M (15 %), versions 1 to 10: up to 213 bytes, which is twice what an address
// of an authenticator needs.

import { correctionOf } from './reed-solomon.ts'

export const VERSION_MAX = 10
/** By version, from 1 on (table 9, level M). */
const CORRECTION_PER_BLOCK = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26]
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5]

/** Modules that hold data and correction: what finder, timing, alignment, format and version leave over. */
export function dataModules(version: number): number {
  const alignments = version >= 2 ? Math.floor(version / 7) + 2 : 0
  const aligned = alignments === 0 ? 0 : (25 * alignments - 10) * alignments - 55
  return (16 * version + 128) * version + 64 - aligned - (version >= 7 ? 36 : 0)
}

function capacity(version: number): number {
  const correction = CORRECTION_PER_BLOCK[version - 1]! * BLOCKS[version - 1]!
  return Math.floor(dataModules(version) / 8) - correction
}

const lengthBits = (version: number): number => (version < 10 ? 8 : 16)

export function versionFor(bytes: number): number {
  for (let version = 1; version <= VERSION_MAX; version++)
    if (4 + lengthBits(version) + 8 * bytes <= 8 * capacity(version)) return version
  throw new RangeError(`Cannot draw a QR code: has ${bytes} bytes, expected at most 213`)
}

export function codewordsOf(text: Uint8Array, version: number): number[] {
  const bits: number[] = []
  const push = (value: number, count: number) => {
    for (let bit = count - 1; bit >= 0; bit--) bits.push((value >>> bit) & 1)
  }
  push(0b0100, 4)
  push(text.length, lengthBits(version))
  for (const byte of text) push(byte, 8)
  const total = 8 * capacity(version)
  push(0, Math.min(4, total - bits.length))
  push(0, (8 - (bits.length % 8)) % 8)
  for (let pad = 0xec; bits.length < total; pad ^= 0xec ^ 0x11) push(pad, 8)
  const bytes: number[] = []
  for (let at = 0; at < bits.length; at += 8)
    bytes.push(bits.slice(at, at + 8).reduce((byte, bit) => (byte << 1) | bit, 0))
  return interleave(bytes, version)
}

function interleave(bytes: readonly number[], version: number): number[] {
  const blocks = BLOCKS[version - 1]!
  const short = Math.floor(bytes.length / blocks)
  const longFrom = blocks - (bytes.length % blocks)
  const data: number[][] = []
  for (let at = 0, i = 0; i < blocks; i++) {
    const length = short + (i < longFrom ? 0 : 1)
    data.push(bytes.slice(at, at + length))
    at += length
  }
  const correction = data.map((block) => correctionOf(block, CORRECTION_PER_BLOCK[version - 1]!))
  return [...byTurns(data), ...byTurns(correction)]
}

function byTurns(blocks: readonly (readonly number[])[]): number[] {
  const longest = Math.max(...blocks.map(({ length }) => length))
  return Array.from({ length: longest }, (_, i) => blocks.flatMap((block) => block[i] ?? [])).flat()
}
