// What would make an evaluation too kind: the same picture in two folds, so that a router is judged on what it was
// trained on, or features that were chosen with a look at the images that judge them. A leak is an answer, not an
// error: whoever trains decides, and the words say what to do. Only pictures that are equal pixel by pixel are seen
// as the same; one that was cropped or compressed again is not.

export type Leak =
  | {
      kind: 'duplicate-across-folds'
      /** Rows of one picture, the first one first. */
      images: number[]
      /** Fold of each of `images`. */
      folds: number[]
    }
  | {
      kind: 'features-chosen-on-held-out'
      /** How many images judge features that they helped to choose. */
      images: number
    }

export interface LeakInput {
  foldOf: Int32Array
  /** By row; null where unknown: then no duplicate can be seen. */
  pixelDigests: readonly string[] | null
  /** Images, by pixel digest, that chose the features; null where they were chosen inside the folds or fixed beforehand. */
  chosenOn: ReadonlySet<string> | null
}

/** More examples than this make a sentence a table. */
const EXAMPLES_MAX = 3

/** Throws a RangeError where digests are not one a row, or missing though features name the images that chose them. */
export function findLeaks({ foldOf, pixelDigests, chosenOn }: LeakInput): Leak[] {
  const isBlind = pixelDigests === null && chosenOn !== null && chosenOn.size > 0
  if (isBlind || (pixelDigests !== null && pixelDigests.length !== foldOf.length))
    throw new RangeError(
      `Cannot find leaks: are ${pixelDigests?.length ?? 0} pixel digests, expected ${foldOf.length}, one a row`,
    )
  if (pixelDigests === null) return []
  const leaks: Leak[] = []
  for (const images of rowsByPixels(pixelDigests).values()) {
    const folds = images.map((row) => foldOf[row]!)
    if (new Set(folds).size > 1) leaks.push({ kind: 'duplicate-across-folds', images, folds })
  }
  // Every row is held out once, so each that chose is a row that judges.
  const judging = chosenOn === null ? 0 : pixelDigests.filter((digest) => chosenOn.has(digest)).length
  if (judging > 0) leaks.push({ kind: 'features-chosen-on-held-out', images: judging })
  return leaks
}

/** One or two sentences with the cure; empty where there is no leak. Rows are counted from 0. */
export function leakWords(leaks: readonly Leak[]): string {
  const duplicates = leaks.filter((leak) => leak.kind === 'duplicate-across-folds')
  const sentences: string[] = []
  if (duplicates.length > 0) {
    const examples = duplicates
      .slice(0, EXAMPLES_MAX)
      .map(({ images, folds }) => `rows ${listOf(images)} in folds ${listOf([...new Set(folds)])}`)
    const more = duplicates.length - examples.length
    sentences.push(
      `${count(duplicates.length, 'picture')} in more than one fold (${examples.join('; ')}${more > 0 ? `; ${more} more` : ''}), so the router is judged on pictures that it was trained on: leave duplicates out, all but the first of each.`,
    )
  }
  for (const leak of leaks)
    if (leak.kind === 'features-chosen-on-held-out')
      sentences.push(
        `The features were chosen with ${count(leak.images, 'image')} of those that judge them: choose features inside the folds, or on other images.`,
      )
  return sentences.join(' ')
}

/** Rows to keep, ascending, where duplicates are left out: the first of each picture, whatever its label. */
export function firstOfEachPixels(pixelDigests: readonly string[]): number[] {
  return [...rowsByPixels(pixelDigests).values()].map((rows) => rows[0]!)
}

/** In the order of each picture's first row; a Map keeps it. */
function rowsByPixels(pixelDigests: readonly string[]): Map<string, number[]> {
  const rowsOf = new Map<string, number[]>()
  for (const [row, digest] of pixelDigests.entries()) {
    const rows = rowsOf.get(digest)
    if (rows === undefined) rowsOf.set(digest, [row])
    else rows.push(row)
  }
  return rowsOf
}

function listOf(numbers: readonly number[]): string {
  const shown = numbers.slice(0, EXAMPLES_MAX)
  const rest = numbers.length - shown.length
  if (rest > 0) return `${shown.join(', ')} and ${rest} more`
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
