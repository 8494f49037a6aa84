// JSON from a stranger, looked over before it is parsed: a few megabytes of brackets or braces become gigabytes of
// objects (64 MB of `{},` are 1.2 GB), which would end the process. One pass over the bytes counts what JSON.parse
// would make; strings are stepped over. What is large belongs into binary data, so these bounds are narrow.

import { invalid, OipRefused } from '../oip-refused.ts'

/** A photograph of 512 x 512 as 17-digit numbers; what is larger is better sent as binary data. */
export const JSON_MAX_BYTES = 16 * 1024 ** 2
/** Tensors have at most four dimensions in a model's contract, and lie three deep in the message. */
const DEPTH_MAX = 16
/** Lists of three colours, for each pixel of the largest input of a contract (1024 x 1024), and their rows. */
const LISTS_MAX = 1_100_000
/** A message, 16 inputs and 16 outputs have 66, with their parameters. */
const OBJECTS_MAX = 256
const FIELDS_MAX = 2_000
/** Numbers of the largest input of a contract, with a margin. */
const ITEMS_MAX = 4_000_000

export function parseBoundedJson(bytes: Uint8Array): unknown {
  if (bytes.length > JSON_MAX_BYTES)
    throw new OipRefused(
      'too-large',
      `Cannot read JSON: is ${bytes.length} bytes, expected at most ${JSON_MAX_BYTES} (send tensors as binary data)`,
    )
  const counts = countStructure(bytes)
  for (const [what, max] of BOUNDS)
    if (counts[what] > max) throw invalid(`Cannot read JSON: has over ${max} ${what}, expected fewer`)
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw invalid('Cannot read JSON: is not JSON in UTF-8', { cause })
  }
}

interface Counts {
  levels: number
  lists: number
  objects: number
  fields: number
  items: number
}

const BOUNDS: readonly (readonly [keyof Counts, number])[] = [
  ['levels', DEPTH_MAX],
  ['lists', LISTS_MAX],
  ['objects', OBJECTS_MAX],
  ['fields', FIELDS_MAX],
  ['items', ITEMS_MAX],
]

function countStructure(bytes: Uint8Array): Counts {
  const counts: Counts = { levels: 0, lists: 0, objects: 0, fields: 0, items: 0 }
  let depth = 0
  for (let i = 0; i < bytes.length; i++)
    switch (bytes[i]) {
      case 0x22: // "
        i = stringEnd(bytes, i)
        break
      case 0x5b: // [
        counts.lists++
        counts.levels = Math.max(counts.levels, ++depth)
        break
      case 0x7b: // {
        counts.objects++
        counts.levels = Math.max(counts.levels, ++depth)
        break
      case 0x5d: // ]
      case 0x7d: // }
        depth--
        break
      case 0x3a: // :
        counts.fields++
        break
      case 0x2c: // ,
        counts.items++
    }
  return counts
}

/** Where the string that begins at `start` closes, or the end of the bytes. */
function stringEnd(bytes: Uint8Array, start: number): number {
  for (let i = start + 1; i < bytes.length; i++) {
    if (bytes[i] === 0x5c) i++
    else if (bytes[i] === 0x22) return i
  }
  return bytes.length
}
