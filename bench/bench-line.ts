// One line of a benchmark's report. What counts is a ratio to something measured in the same run, since absolute
// times differ from machine to machine: below its bar it passes.

export interface BenchLine {
  name: string
  /** Measured over allowed or over the competitor's; NaN where it could not be measured. */
  ratio: number
  /** The ratio may not be above this; NaN where nothing is judged. */
  bar: number
  detail: string
  /** Of the ratio over the turns of the run; left out where there was one. */
  spread?: { readonly least: number; readonly most: number }
  /** "x" where it is left out: a ratio. */
  unit?: string
}

/** What a bench is told; each takes what it knows of. */
export interface BenchOptions {
  /** Fewer turns and smaller sizes: shows that all run, and roughly where they are. */
  readonly quick: boolean
  /** Requests, for what counts them. */
  readonly count: number
  /** Of a soak. */
  readonly minutes: number
  /** Images a second, of a soak. */
  readonly rate: number
  readonly faultEveryS: number
  /** Sizes that take long: 1e7 decisions. */
  readonly large: boolean
}
