// Challengers that let the local model look twice, at the image and at its mirror image: what changes under a
// change that means nothing was not sure. They cost a second local inference on every image.

import { bestClass, bestOf, type Challenger, CLASSES, type Views } from './challenger.ts'
import { headOf, logisticOn } from './from-probabilities.ts'

/** Probability of the class that the plain image is given, in both views. */
function bothViews(views: Views, row: number): [number, number] {
  const best = row * CLASSES + bestClass(views.plain, row)
  return [views.plain[best]!, views.mirrored[best]!]
}

export const twoViewMean: Challenger = {
  name: 'two views, mean',
  costs: 'one more local inference',
  fit: (views) => (row) => {
    const [a, b] = bothViews(views, row)
    return 1 - (a + b) / 2
  },
}

export const twoViewProduct: Challenger = {
  name: 'two views, geometric mean',
  costs: 'one more local inference',
  fit: (views) => (row) => {
    const [a, b] = bothViews(views, row)
    return 1 - Math.sqrt(a * b)
  },
}

export const twoViewLogistic: Challenger = {
  name: 'two views, logistic',
  costs: 'one more local inference',
  fit: (views, training) =>
    logisticOn(views, training, (row) => [
      ...headOf(views.plain, row),
      ...bothViews(views, row),
      bestOf(views.mirrored, row, 1)[0]!,
    ]),
}
