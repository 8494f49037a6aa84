// The parts that the report is made of: numbers as text, tables, bars, dots with intervals, and curves. Bars and dots
// are plain elements, so they print and need no script; curves are drawn by uPlot. Every drawing has its table.

import type { Interval } from '#contract/results/evaluation.ts'
import { type Content, Html, html, NOTHING } from './html.ts'

const minus = (text: string) => text.replace(/^-(?=0\.?0*( |$))/, '').replace(/^-/, '\u2212')

export const decimal = (value: number, digits = 2): string => minus(value.toFixed(digits))
export const percent = (share: number, digits = 1): string => minus(`${(share * 100).toFixed(digits)}\u00a0%`)
/** A difference of two shares in points, with its sign. */
export function points(difference: number): string {
  const text = (difference * 100).toFixed(1)
  return `${Number(text) > 0 ? '+' : ''}${minus(text)}`
}
/** Three digits that count: a light model takes millijoules, a heavy one several joules. */
export const significant = (value: number): string => minus(String(Number(value.toPrecision(3))))
export const count = (value: number): string => value.toLocaleString('en-GB')

/** `0.71 [0.68, 0.74]`. */
export const within = (i: Interval, show: (value: number) => string): Html =>
  html`${show(i.value)} <span class="range">[${show(i.low)}, ${show(i.high)}]</span>`

export const DASH = html`<span class="none">\u2013</span>`
export const orDash = <T>(value: T | null, show: (value: T) => Content): Content =>
  value === null ? DASH : show(value)

export interface Table {
  /** A head that begins with `|` is of a column of words; the others hold numbers. */
  readonly head: readonly string[]
  readonly rows: readonly (readonly Content[])[]
}

/** The first column names the row. */
export function table({ head, rows }: Table): Html {
  const isWords = head.map((title, c) => c === 0 || title.startsWith('|'))
  const cell = (content: Content, c: number) =>
    c === 0
      ? html`<th scope="row">${content}</th>`
      : isWords[c]
        ? html`<td class="words">${content}</td>`
        : html`<td>${content}</td>`
  const title = (text: string, c: number) =>
    html`<th scope="col"${new Html(isWords[c] ? ' class="words"' : '')}>${text.replace(/^\|/, '')}</th>`
  return html`<div class="scroll"><table><thead><tr>${head.map(title)}</tr></thead><tbody>${rows.map(
    (row) => html`<tr>${row.map(cell)}</tr>`,
  )}</tbody></table></div>`
}

export interface Figure {
  readonly title: Content
  readonly drawing: Html
  readonly table: Table
  readonly caption?: Content
  /** Too wide or too long for paper: not printed. */
  readonly isForScreen?: boolean
}

/** A drawing with its figures folded away below it. */
export const figure = (f: Figure): Html => html`<figure>
<figcaption><strong>${f.title}</strong></figcaption>
${f.drawing}
${f.caption === undefined ? NOTHING : html`<p class="caption">${f.caption}</p>`}
<details${new Html(f.isForScreen ? ' class="screen"' : '')}><summary>The figures</summary>${table(f.table)}</details>
</figure>`

/** Colours are named after router kinds, or after what a bar is made of: see style.ts. */
export interface Part {
  readonly value: number
  readonly colour: string
}

export interface BarRow {
  readonly label: Content
  readonly parts: readonly Part[]
  readonly text: Content
}

/** Lengths are in parts of the longest bar; a bar of several parts is stacked. */
export function bars(rows: readonly BarRow[]): Html {
  const totals = rows.map((row) => row.parts.reduce((sum, part) => sum + Math.max(0, part.value), 0))
  const longest = Math.max(...totals, Number.MIN_VALUE)
  const part = ({ value, colour }: Part) =>
    html`<i style="width:${((Math.max(0, value) / longest) * 100).toFixed(2)}%;background:var(--c-${colour})"></i>`
  return html`<div class="rows">${rows.map(
    (row) =>
      html`<div class="row"><span class="label">${row.label}</span><span class="bar">${row.parts.map(part)}</span><span class="value">${row.text}</span></div>`,
  )}</div>`
}

export interface Mark {
  readonly at: Interval | number
  /** `paper`: a diamond, for what is published. */
  readonly colour: string
}

export interface DotRow {
  readonly label: Content
  readonly marks: readonly Mark[]
  readonly text: Content
}

export interface DotAxis {
  readonly low: number
  readonly high: number
  readonly show: (value: number) => string
  /** A line through all rows, such as chance. */
  readonly reference?: number
}

/** Dots on a common axis, with their 95 % intervals where they have one. */
export function dots(rows: readonly DotRow[], axis: DotAxis): Html {
  const span = axis.high - axis.low || 1
  const place = (value: number) => (Math.min(1, Math.max(0, (value - axis.low) / span)) * 100).toFixed(2)
  const mark = ({ at, colour }: Mark) => {
    const { value, low, high } = typeof at === 'number' ? { value: at, low: at, high: at } : at
    if (colour === 'paper') return html`<i class="mark-paper" style="left:${place(value)}%"></i>`
    const width = (Number(place(high)) - Number(place(low))).toFixed(2)
    return html`<i class="whisker" style="left:${place(low)}%;width:${width}%;background:var(--c-${colour})"></i><i class="dot" style="left:${place(value)}%;background:var(--c-${colour})"></i>`
  }
  const reference =
    axis.reference === undefined ? NOTHING : html`<i class="ref" style="left:${place(axis.reference)}%"></i>`
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (t) => html`<span style="left:${t * 100}%">${axis.show(axis.low + t * span)}</span>`,
  )
  return html`<div class="rows">${rows.map(
    (row) =>
      html`<div class="row"><span class="label">${row.label}</span><span class="track">${reference}${row.marks.map(mark)}</span><span class="value">${row.text}</span></div>`,
  )}<div class="row axis" aria-hidden="true"><span class="label"></span><span class="ticks">${ticks}</span><span class="value"></span></div></div>`
}

/** The least axis of an even number of steps that holds all values, so that its middle is a round number too. */
export function axisAround(values: readonly number[], step: number): { low: number; high: number } {
  const low = Math.floor(Math.min(...values) / step) * step
  const high = Math.ceil(Math.max(...values) / step) * step
  const steps = Math.max(1, Math.round((high - low) / step))
  if (steps % 2 === 0) return { low, high }
  return low >= step ? { low: low - step, high: low + steps * step } : { low, high: low + (steps + 1) * step }
}

export interface Curve {
  readonly label: string
  readonly colour: string
  readonly points: readonly (readonly [x: number, y: number])[]
  readonly style?: 'dashed' | 'dotted' | 'marks'
}

export interface Plot {
  readonly x: { readonly label: string; readonly unit: 'percent' | 'joules' }
  readonly y: { readonly label: string; readonly unit: 'percent' | 'joules' }
  readonly curves: readonly Curve[]
}

/** For the cursor: what a curve is at x, between the points beside it; null where it has none on both sides. */
function valueAt(curve: Curve, x: number): number | null {
  const sorted = curve.points.toSorted(([a], [b]) => a - b)
  const right = sorted.findIndex(([at]) => at >= x)
  const [x1, y1] = sorted[right] ?? [Number.NaN, Number.NaN]
  if (x1 === x) return y1
  const [x0, y0] = sorted[right - 1] ?? [Number.NaN, Number.NaN]
  const y = y0 + ((y1 - y0) * (x - x0)) / (x1 - x0)
  return Number.isFinite(y) ? y : null
}

/** What plot-script.ts draws: the curves through their points in order, and what they are at every x of any. */
export function plot({ x, y, curves }: Plot): Html {
  const xs = [...new Set(curves.flatMap((curve) => curve.points.map(([at]) => at)))].sort((a, b) => a - b)
  const series = curves.map((curve) => ({ ...curve, values: xs.map((at) => valueAt(curve, at)) }))
  return html`<div class="plot" data-plot="${JSON.stringify({ x, y, xs, series })}"><noscript><p class="caption">The curves need scripts; the table below has every figure.</p></noscript></div>`
}

export const legend = (entries: readonly (readonly [label: string, colour: string])[]): Html =>
  html`<p class="legend">${entries.map(
    ([label, colour]) => html`<span><i style="background:var(--c-${colour})"></i>${label}</span>`,
  )}</p>`
