// Figures as they stand in sentences: shares with one digit of a percent, differences of top-1 in points, joules with
// three digits, intervals with their level.

import type { Interval } from '#contract/results/evaluation.ts'

/** Two digits, and no "-0.00". */
export function figure(value: number): string {
  return withoutMinusZero(value.toFixed(2))
}

/** Three digits: of routers that are nearly the same the sign of a limit would be lost in two. */
export function dgcDifference(value: number): string {
  return withoutMinusZero(value.toFixed(3))
}

export function percent(share: number): string {
  return `${withoutMinusZero((share * 100).toFixed(1))} %`
}

export function points(difference: number): string {
  return withoutMinusZero((difference * 100).toFixed(1))
}

export function joules(value: number): string {
  return `${Number(value.toPrecision(3))} J`
}

export function withInterval(interval: Interval, show: (value: number) => string): string {
  return `${show(interval.value)} (95 % ${show(interval.low)} to ${show(interval.high)})`
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

function withoutMinusZero(digits: string): string {
  return digits.replace(/^-(0(\.0+)?)$/, '$1')
}
