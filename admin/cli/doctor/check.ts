// What `tandem doctor` says: a line for each thing that it looked at, and for each that is not as it should be, what mends
// it. A warning is something that works and may not for long; a failure stops something.

export interface Check {
  readonly name: string
  readonly state: 'ok' | 'warning' | 'failed'
  readonly says: string
  readonly fix?: string
}

export const ok = (name: string, says: string): Check => ({ name, state: 'ok', says })
export const warning = (name: string, says: string, fix: string): Check => ({
  ...{ name, state: 'warning', says, fix },
})
export const failed = (name: string, says: string, fix: string): Check => ({
  ...{ name, state: 'failed', says, fix },
})

export interface Limits {
  readonly warnBelow: number
  readonly failBelow: number
}

/** Of something of which more is better. */
export function enough(
  name: string,
  value: number,
  { warnBelow, failBelow }: Limits,
  words: { says: string; fix: string },
): Check {
  if (value >= warnBelow) return ok(name, words.says)
  return (value < failBelow ? failed : warning)(name, words.says, words.fix)
}
