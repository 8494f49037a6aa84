// How fast the line of images moves, and so when one that comes now would be answered: by that, a client whose
// deadline cannot be met is told so at once, and has the time that is left to ask somebody else. The pace is that of
// answers going out while others wait, whatever they wait for; runs of several images let answers out in bursts, so
// twenty are looked at. What is alone shows no pace, but it is never slower than that: so a pace that was learnt from
// a slower model is forgotten. With nobody before it nothing is ever refused: that is how there is always news.

/** Of the last ones: twenty images, a little more than two runs of eight. */
const KEPT = 0.95

export class LinePace {
  #inLine = 0
  /** When the line last moved, or began. */
  #movedAtMs = 0
  #spentMs = 0
  #answers = 0

  get inLine(): number {
    return this.#inLine
  }

  enter(nowMs: number): void {
    if (this.#inLine++ === 0) this.#movedAtMs = nowMs
  }

  /** Without an answer: nothing has moved. */
  drop(): void {
    this.#inLine--
  }

  leave(nowMs: number): void {
    const gapMs = nowMs - this.#movedAtMs
    this.#movedAtMs = nowMs
    const isAlone = this.#inLine-- === 1
    if (isAlone && gapMs >= (this.#gapMs ?? 0)) return
    const kept = isAlone ? 0 : KEPT
    this.#spentMs = this.#spentMs * kept + gapMs
    this.#answers = this.#answers * kept + 1
  }

  /** Until who enters now would be answered; 0 where that is not known. */
  expectedMs(nowMs: number): number {
    const gapMs = this.#gapMs
    if (gapMs === undefined || this.#inLine === 0) return 0
    const nextMs = Math.max(0, gapMs - (nowMs - this.#movedAtMs))
    return nextMs + this.#inLine * gapMs
  }

  get #gapMs(): number | undefined {
    return this.#answers === 0 ? undefined : this.#spentMs / this.#answers
  }
}
