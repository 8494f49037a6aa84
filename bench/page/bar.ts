// A bar: what was promised, and where to read how far it is. Either a line of bench/results/*.json, which every run renews,
// or a figure that was noted by hand where nothing in JSON says it: tests, runs of hours, pages of their own.

export interface Noted {
  readonly measured: string
  /** To the goal, where both are numbers: at most 1 keeps it. */
  readonly ratio?: number
  readonly verdict: 'kept' | 'missed' | 'open'
  /** What to type, or which page or test says so. */
  readonly how: string
  /** Date and load average. */
  readonly when: string
}

export interface Bar {
  readonly what: string
  readonly goal: string
  /** Without `line` the worst judged line of the bench. */
  readonly source?: { readonly bench: string; readonly line?: string }
  /** Where there is no such line (yet). */
  readonly noted?: Noted
  /** Why it falls short and what was tried; told where it does. */
  readonly because?: string
}

export interface Chapter {
  readonly title: string
  readonly bars: readonly Bar[]
}
