// One line of a benchmark's report. What counts is a ratio to something measured in the same run, since absolute
// times differ from machine to machine: below its bar it passes.

export interface BenchLine {
  name: string
  /** Measured over allowed or over the competitor's; NaN where it could not be measured. */
  ratio: number
  /** The ratio may not be above this; NaN where nothing is judged. */
  bar: number
  detail: string
}
