// Long arithmetic that can be left and taken up again: a function that is computed by steps yields each of them with a
// name, and whoever runs it computes the step, or hands in what was computed before. The same inputs give the same
// values under the same names, so that work that was cut short ends bit for bit as if it had not been. What is between
// the steps is cheap and is done anew. A step's value is data alone: numbers, texts, lists, typed arrays.

export interface Step {
  /** Its own within one computation. */
  readonly name: string
  compute(): unknown
}

export type BySteps<T> = Generator<Step, T, unknown>

/** To be asked with `yield*`. */
export function* step<T>(name: string, compute: () => T): BySteps<T> {
  return (yield { name, compute }) as T
}

/** All of it at once, keeping nothing. */
export function runSteps<T>(work: BySteps<T>): T {
  let next = work.next()
  while (!next.done) next = work.next(next.value.compute())
  return next.value
}
