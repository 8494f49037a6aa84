// The classification extension: in place of scores the best classes, each as "score:index:label". The score is the
// model's own output (a logit stays a logit), and the label may hold colons itself.
// Source: Triton's extension_classification.md.

import type { OipTensor } from './oip-tensor.ts'

export interface ClassString {
  readonly score: number
  readonly index: number
  readonly label: string | undefined
}

type Scores = Extract<OipTensor, { datatype: 'FP32' }>

/** Scores of [..., classes] to strings of [..., count]; a count over the classes means all of them. */
export function classStrings(scores: Scores, count: number, labels: readonly string[]): OipTensor {
  const classes = scores.shape.at(-1)!
  const kept = Math.min(count, classes)
  const data: Uint8Array[] = []
  for (let from = 0; from < scores.data.length; from += classes) {
    const row = scores.data.subarray(from, from + classes)
    // Equal scores by index, as everywhere in Tandem.
    const order = Array.from(row, (_, i) => i).sort((a, b) => row[b]! - row[a]! || a - b)
    for (const index of order.slice(0, kept)) data.push(Buffer.from(spell(row[index]!, index, labels[index])))
  }
  return { name: scores.name, datatype: 'BYTES', shape: [...scores.shape.slice(0, -1), kept], data }
}

/** Nine digits tell any two numbers of 32 bits apart. */
function spell(score: number, index: number, label: string | undefined): string {
  const head = `${Number(score.toPrecision(9))}:${index}`
  return label === undefined ? head : `${head}:${label}`
}

/** Undefined for what is no such string. */
export function parseClassString(bytes: Uint8Array): ClassString | undefined {
  const match = /^([^:]{1,40}):(\d{1,9})(?::(.{0,500}))?$/s.exec(Buffer.from(bytes).toString('utf8'))
  const score = match?.[1]?.trim() ? Number(match[1]) : Number.NaN
  if (!match || !Number.isFinite(score)) return undefined
  return { score, index: Number(match[2]), label: match[3] || undefined }
}
