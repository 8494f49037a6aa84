// The best k classes of a model's output, as probabilities. Logits go through a softmax that subtracts the
// largest first, so that no exponential overflows; equal probabilities are ordered by class index, so that a
// profile is the same on every device. An output that holds NaN is a broken model, not a low score: it
// throws, since sorting it would name arbitrary classes.

export interface TopClass {
  class: number
  p: number
}

/** At most `k` classes, best first. */
export function topClasses(output: Float32Array, kind: 'softmax' | 'logits', k: number): TopClass[] {
  const nan = output.findIndex(Number.isNaN)
  if (nan >= 0) throw new RangeError(`Cannot rank output "${nan}": is NaN, expected a number`)
  const p = kind === 'logits' ? softmax(output) : output
  const best: TopClass[] = []
  for (let i = 0; i < p.length; i++) {
    if (best.length === k && p[i]! <= best[k - 1]!.p) continue
    // Insert after all that are at least as good; k is at most five, so a sort would cost more.
    let at = best.length
    while (at > 0 && best[at - 1]!.p < p[i]!) at--
    best.splice(at, 0, { class: i, p: p[i]! })
    if (best.length > k) best.pop()
  }
  return best
}

function softmax(logits: Float32Array): Float64Array {
  let largest = Number.NEGATIVE_INFINITY
  for (const logit of logits) largest = Math.max(largest, logit)
  // With an infinite logit, only the classes that hold it share the probability.
  const weights = Float64Array.from(logits, (logit) => (logit === largest ? 1 : Math.exp(logit - largest)))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => weight / sum)
}
