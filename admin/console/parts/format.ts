// Figures as people read them: units last, no more digits than are known, and the same everywhere.

import type { Interval } from '#contract/results/interval.ts'

export const percent = (share: number, digits = 1): string => `${(share * 100).toFixed(digits)} %`

/** A share with its 95 % interval. */
export const percentInterval = ({ value, low, high }: Interval, digits = 1): string =>
  `${(value * 100).toFixed(digits)} % [${(low * 100).toFixed(digits)}, ${(high * 100).toFixed(digits)}]`

export const interval = ({ value, low, high }: Interval, digits = 2): string =>
  `${value.toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`

export function milliseconds(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1_000).toFixed(1)} s`
  return ms >= 100 ? `${ms.toFixed(0)} ms` : ms >= 10 ? `${ms.toFixed(1)} ms` : `${ms.toFixed(2)} ms`
}

export function joules(j: number): string {
  const size = Math.abs(j)
  if (size >= 3_600_000) return `${(j / 3_600_000).toFixed(2)} kWh`
  if (size >= 1_000) return `${(j / 1_000).toFixed(1)} kJ`
  return size >= 1 ? `${j.toFixed(2)} J` : `${(j * 1_000).toFixed(size >= 0.1 ? 0 : 1)} mJ`
}

/** With its 95 % interval, in the unit of the figure. */
export function joulesInterval({ value, low, high }: Interval): string {
  if (low === value && high === value) return joules(value)
  const [scale, unit, digits] =
    Math.abs(value) >= 1 ? [1, 'J', 2] : [1_000, 'mJ', Math.abs(value) >= 0.1 ? 0 : 1]
  const of = (j: number) => (j * (scale as number)).toFixed(digits as number)
  return `${of(value)} ${unit} [${of(low)}, ${of(high)}]`
}

/** Of shares: "+12.4 points", "−0.6 points". */
export const points = (difference: number): string =>
  `${difference < 0 ? '−' : '+'}${Math.abs(difference * 100).toFixed(1)} points`

export function bytes(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toFixed(1)} GB`
  if (count >= 1e6) return `${(count / 1e6).toFixed(1)} MB`
  return count >= 1e3 ? `${(count / 1e3).toFixed(0)} KB` : `${count} B`
}

const grouped = new Intl.NumberFormat('en')
export const whole = (count: number): string => grouped.format(Math.round(count))

const clock = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })
export const moment = (at: string | Date): string => clock.format(new Date(at))

/** "3 min ago"; the moment itself belongs into a title beside it. */
export function ago(at: string | Date, nowMs = Date.now()): string {
  const seconds = Math.max(0, Math.round((nowMs - new Date(at).getTime()) / 1_000))
  if (seconds < 60) return `${seconds} s ago`
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min ago`
  return seconds < 172_800
    ? `${Math.round(seconds / 3_600)} h ago`
    : `${Math.round(seconds / 86_400)} days ago`
}
