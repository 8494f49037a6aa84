// An inference that nobody waits for any more when its turn comes: it has not been made.

export class InferenceLate extends Error {
  override readonly name = 'InferenceLate'
}
