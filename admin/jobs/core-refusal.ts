// The core says no by a RangeError whose message is a sentence ("Cannot train router: ..."). Out of a child process
// that sentence has to come as an answer: an error that is thrown there ends the child and reaches nobody. Whatever
// else is thrown is a defect and does end it, with its stack in the log.

export type Computed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly words: string }

export function computeOrRefuse<T>(compute: () => T): Computed<T> {
  try {
    return { ok: true, value: compute() }
  } catch (error) {
    if (error instanceof RangeError && error.message.startsWith('Cannot '))
      return { ok: false, words: error.message }
    throw error
  }
}
