// Options of `tandem jobs` that are lists of words, or numbers.

import { InvalidArgumentError } from 'commander'

/** Comma-separated words, each one of `options`. */
export const choices =
  <T extends string>(options: readonly T[]) =>
  (text: string): T[] =>
    text.split(',').map((word) => {
      const found = options.find((option) => option === word.trim())
      if (found !== undefined) return found
      throw new InvalidArgumentError(`"${word.trim()}" is none of ${options.join(', ')}`)
    })

export function counted(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count > 0) return count
  throw new InvalidArgumentError('expected a whole number above 0')
}
