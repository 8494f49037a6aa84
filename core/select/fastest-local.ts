// Algorithm 1 (paper, section 3.2): the local model is the candidate with the least mean latency on the local
// device class. Of equally fast ones the first by name wins, so that a rerun selects the same.
// Accuracy plays no part here: what the fastest model fails is what algorithm 2 looks at.

export interface LocalFigures {
  name: string
  localLatencyMeanMs: number
}

/** Undefined where there is no candidate. */
export function fastestLocal<T extends LocalFigures>(candidates: readonly T[]): T | undefined {
  return candidates.toSorted(
    (a, b) => a.localLatencyMeanMs - b.localLatencyMeanMs || compareNames(a.name, b.name),
  )[0]
}

/** By code unit: the same on every machine, whatever its locale. */
export function compareNames(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
