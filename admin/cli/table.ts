// Text for people: aligned columns, percent, and why an image was answered where it was.

import { InvalidArgumentError } from 'commander'
import type { ClassifyAnswer } from '#contract/classify.ts'

export type Cell = string | number | null | undefined

/** Numbers to the right, words to the left; the first row is the head, and a head alone says that there is nothing. */
export function table(rows: readonly (readonly Cell[])[]): string {
  if (rows.length === 1) return `${rows[0]!.join('  ')}\n(none)`
  const text = rows.map((row) =>
    row.map((cell) => (cell === null || cell === undefined ? '-' : String(cell))),
  )
  const widths = text[0]!.map((_, c) => Math.max(...text.map((row) => (row[c] ?? '').length)))
  const isNumeric = widths.map((_, c) =>
    rows.slice(1).every((row) => typeof row[c] === 'number' || /^[\d.]+%?$/.test(String(row[c]))),
  )
  return text
    .map((row) =>
      row
        .map((cell, c) => (isNumeric[c] ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** An option's value: how many at most. */
export function count(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number above 0')
  return value
}

export const percent = (share: number): string => `${(share * 100).toFixed(2)}%`
export const round = (value: number, digits = 2): string => value.toFixed(digits)

export function why(answer: ClassifyAnswer): string {
  const { router, version, score, threshold, reason } = answer.decision
  const by = answer.byFallback ? ' (by the built-in path)' : ''
  if (reason === 'direct') return `sent to this tier${by}`
  if (reason === 'preference') return `the client's preference${by}`
  const compared =
    score === null || threshold === null
      ? router
      : `${router} v${version}: ${score.toFixed(3)} ${score >= threshold ? '>=' : '<'} ${threshold.toFixed(3)}`
  return reason === 'routed' ? `${compared}${by}` : `${compared}, but ${reason}${by}`
}
