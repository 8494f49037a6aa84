// Which of several edges gets the next image: the one with the fewest images under way, which is the best guess at the
// shortest queue that needs no word from the edges themselves; ties go by turn, so that an idle fleet shares its work.

/** The index of the edge; undefined for none. `turn` grows by one with each choice. */
export function chooseEdge(outstanding: readonly number[], turn: number): number | undefined {
  let best: number | undefined
  for (let i = 0; i < outstanding.length; i++) {
    const at = (turn + i) % outstanding.length
    if (best === undefined || outstanding[at]! < outstanding[best]!) best = at
  }
  return best
}
