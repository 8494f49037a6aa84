// One damaged image of the corpus, as a recipe: making all of them at once would take gigabytes.

export interface Damage {
  readonly kind: DamageKind
  /** What was done to what: unique within the corpus. */
  readonly name: string
  make(): Promise<Buffer> | Buffer
}

export type DamageKind =
  | 'truncation'
  | 'bit flips'
  | 'overwritten bytes'
  | 'shuffled parts'
  | 'lying header'
  | 'wrong type'
  | 'bomb'
  | 'polyglot'
  | 'noise'
