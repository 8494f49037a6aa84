// Seeded damage to a real file, most of it where the structure lies and not in the weights: bits, bytes, pieces lost,
// doubled and moved, lengths that lie, two files grown together.

import { createRandom, randomInteger } from '#core/random.ts'
import { type Bytes, join } from './onnx-bytes.ts'

type Random = () => number
type Damage = (bytes: Bytes, random: Random, other: Bytes) => Bytes

/** Nodes and shapes lie at both ends of a file, weights between them. */
function place(length: number, random: Random): number {
  const part = random()
  if (part < 0.5) return randomInteger(random, Math.ceil(length * 0.1))
  if (part < 0.8) return length - 1 - randomInteger(random, Math.ceil(length * 0.03))
  return randomInteger(random, length)
}

const piece = (bytes: Bytes, random: Random): Bytes => {
  const at = place(bytes.length, random)
  return bytes.subarray(at, at + 1 + randomInteger(random, 200))
}
const cutAt = (bytes: Bytes, at: number, between: Bytes, skipped = 0): Bytes =>
  join(bytes.subarray(0, at), between, bytes.subarray(at + skipped))

const DAMAGES: readonly Damage[] = [
  (bytes, random) => {
    const changed = Uint8Array.from(bytes)
    const at = place(bytes.length, random)
    changed[at]! ^= 1 << randomInteger(random, 8)
    return changed
  },
  (bytes, random) => {
    const changed = Uint8Array.from(bytes)
    for (let i = 0; i < 4; i++) changed[place(bytes.length, random)] = randomInteger(random, 256)
    return changed
  },
  (bytes, random) => bytes.subarray(0, place(bytes.length, random)),
  (bytes, random) => cutAt(bytes, place(bytes.length, random), new Uint8Array(0), randomInteger(random, 300)),
  (bytes, random) => cutAt(bytes, place(bytes.length, random), piece(bytes, random)),
  (bytes, random, other) => cutAt(bytes, place(bytes.length, random), piece(other, random)),
  // A byte that was a length or a number becomes a large one.
  (bytes, random) =>
    cutAt(
      bytes,
      place(bytes.length, random),
      Uint8Array.of(0xff, 0xff, 0xff, 0xff, randomInteger(random, 128)),
      1,
    ),
  (bytes, random, other) => join(bytes, piece(other, random)),
]

export function mutated(seed: number, bytes: Bytes, other: Bytes): Bytes {
  const random = createRandom(seed)
  return DAMAGES[randomInteger(random, DAMAGES.length)]!(bytes, random, other)
}
