// Which stream of the seed each part draws from. They never meet: more folds, other kinds or no comparison of learners
// change no figure of another part, and a router that is trained alone has the figures that it has in a report. (Its
// intervals may differ in the third digit where images tie in confidence.)

/** Fold k draws from first... + k; folds are at most a few dozen. */
export const SEED_STREAM = {
  folds: 0,
  final: 1,
  bootstrap: 2,
  firstFold: 3,
  choiceOfAll: 1000,
  firstChoice: 1001,
  learners: 2000,
} as const
