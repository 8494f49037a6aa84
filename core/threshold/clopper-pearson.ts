// The exact upper confidence bound of a probability after `errors` in `trials` (Clopper and Pearson 1934): the p
// at which so few errors or fewer would have come with probability delta. Found by bisection on the binomial
// tail, which is a regularised incomplete beta function: I_x(a, b) by Lentz's continued fraction (Numerical
// Recipes, section 6.4) and log-gamma by Lanczos' series (g = 7, nine terms), good to some 1e-13.

/** With confidence 1 - delta the probability is at most this. 1 where nothing was tried or all failed. */
export function clopperPearsonUpper(errors: number, trials: number, delta: number): number {
  if (!(delta > 0 && delta < 1))
    throw new RangeError(`Cannot bound errors: delta is ${delta}, expected between 0 and 1`)
  if (!(errors >= 0 && errors <= trials))
    throw new RangeError(`Cannot bound errors: are ${errors} in ${trials} trials, expected 0 to ${trials}`)
  if (errors === trials) return 1
  let low = errors / trials
  let high = 1
  // Each step halves the interval: after 60 it is below the spacing of doubles near 1.
  for (let step = 0; step < 60; step++) {
    const p = (low + high) / 2
    if (binomialCdf(errors, trials, p) > delta) low = p
    else high = p
  }
  return high
}

/** P(at most `errors` in `trials`), each with probability p. */
export function binomialCdf(errors: number, trials: number, p: number): number {
  return errors >= trials ? 1 : incompleteBeta(1 - p, trials - errors, errors + 1)
}

/** Regularised, I_x(a, b). The fraction converges fast below the mean, so the other side is taken beyond it. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  const logFront =
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x) - Math.log(a)
  return Math.exp(logFront) * betaFraction(x, a, b)
}

/** More than any a and b of a few million ask for; about sqrt(max(a, b)) terms are needed. */
const TERMS_MAX = 10_000

function betaFraction(x: number, a: number, b: number): number {
  let c = 1
  let d = 1 / (1 - ((a + b) * x) / (a + 1))
  let fraction = d
  const step = (coefficient: number) => {
    d = 1 / (1 + coefficient * d)
    c = 1 + coefficient / c
    return c * d
  }
  for (let m = 1; m <= TERMS_MAX; m++) {
    const at = a + 2 * m
    fraction *= step((m * (b - m) * x) / ((at - 1) * at))
    const change = step((-(a + m) * (a + b + m) * x) / (at * (at + 1)))
    fraction *= change
    if (Math.abs(change - 1) < 1e-15) break
  }
  return fraction
}

const LANCZOS_G = 7
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]

/** For x >= 1. */
function logGamma(x: number): number {
  const base = x - 1 + LANCZOS_G + 0.5
  const series = LANCZOS.reduce((sum, term, i) => sum + (i === 0 ? term : term / (x - 1 + i)), 0)
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(base) - base + Math.log(series)
}
