// Which images a model got right: the one fact about a profile that selecting and training are computed from.
// Outcomes name their image by index, so they may come in any order and from an interrupted, resumed job.
// An image without an outcome would silently count as wrong, so it is refused.

import type { Outcome } from '#contract/outcome.ts'

/** Is the image's label among the first `k` classes? */
export function isRight(outcome: Outcome, label: number, k: number): boolean {
  return outcome.top.slice(0, k).some((ranked) => ranked.class === label)
}

/** The label of an outcome's image; throws a RangeError where the data set has no such image. */
export function labelOf(outcome: Outcome, labels: ArrayLike<number>): number {
  const label = labels[outcome.index]
  if (label === undefined)
    throw new RangeError(
      `Cannot judge outcome "${outcome.index}": the data set has ${labels.length} images, expected more than ${outcome.index}`,
    )
  return label
}

/** By image: 1 where the model's best class is the label. Throws where an image has no outcome, or two. */
export function rightAnswers(outcomes: readonly Outcome[], labels: ArrayLike<number>): Uint8Array {
  const right = new Uint8Array(labels.length)
  const seen = new Uint8Array(labels.length)
  for (const outcome of outcomes) {
    if (isRight(outcome, labelOf(outcome, labels), 1)) right[outcome.index] = 1
    seen[outcome.index]!++
  }
  const odd = seen.findIndex((times) => times !== 1)
  if (odd >= 0)
    throw new RangeError(`Cannot judge image "${odd}": has ${seen[odd]} outcomes, expected exactly one`)
  return right
}
