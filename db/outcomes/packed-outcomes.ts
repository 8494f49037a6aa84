// Outcomes as they lie in the database: some hundred images a row, each kind of number packed in a column of its own.
// A row an image took 190 bytes, most of them headers and keys; packed it is 68, with every double to its last bit.
//
// Rank by rank: the best classes of all images come first, then the second best ones, and so on, so that whoever needs
// the best alone reads the beginning of a value and nothing more. Big-endian, as PostgreSQL's int4send and float8send
// write: a migration and a person with SQL can make and read the same bytes. An image with fewer ranks than its row has
// class -1 and probability 0 there.

import type { Outcome } from '#contract/outcome.ts'

export interface PackedOutcomes {
  /** Index of the first image; the others follow without a gap. */
  readonly first: number
  readonly count: number
  /** int4, `ranks * count` of them. */
  readonly classes: Buffer
  /** float8, as many. */
  readonly probabilities: Buffer
  /** float8, one an image, in milliseconds. */
  readonly latencies: Buffer
}

const NO_CLASS = -1

/** `outcomes` not empty, in order and without a gap. */
export function packOutcomes(outcomes: readonly Outcome[]): PackedOutcomes {
  const count = outcomes.length
  const ranks = Math.max(...outcomes.map(({ top }) => top.length))
  const classes = Buffer.alloc(4 * ranks * count)
  const probabilities = Buffer.alloc(8 * ranks * count)
  const latencies = Buffer.alloc(8 * count)
  for (const [i, { top, latencyMs }] of outcomes.entries()) {
    latencies.writeDoubleBE(latencyMs, 8 * i)
    for (let rank = 0; rank < ranks; rank++) {
      const place = rank * count + i
      classes.writeInt32BE(top[rank]?.class ?? NO_CLASS, 4 * place)
      probabilities.writeDoubleBE(top[rank]?.p ?? 0, 8 * place)
    }
  }
  return { first: outcomes[0]!.index, count, classes, probabilities, latencies }
}

export function unpackOutcomes({ first, count, ...packed }: PackedOutcomes): Outcome[] {
  const classes = int4sOf(packed.classes)
  const probabilities = float8sOf(packed.probabilities)
  const latencies = float8sOf(packed.latencies)
  return Array.from(latencies, (latencyMs, i) => {
    const top: Outcome['top'] = []
    for (let place = i; place < classes.length && classes[place] !== NO_CLASS; place += count)
      top.push({ class: classes[place]!, p: probabilities[place]! })
    return { index: first + i, top, latencyMs }
  })
}

export function int4sOf(bytes: Buffer): Int32Array {
  const view = viewOf(bytes)
  const numbers = new Int32Array(bytes.length / 4)
  for (let i = 0; i < numbers.length; i++) numbers[i] = view.getInt32(4 * i)
  return numbers
}

export function float8sOf(bytes: Buffer): Float64Array {
  const view = viewOf(bytes)
  const numbers = new Float64Array(bytes.length / 8)
  for (let i = 0; i < numbers.length; i++) numbers[i] = view.getFloat64(8 * i)
  return numbers
}

const viewOf = (bytes: Buffer) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
