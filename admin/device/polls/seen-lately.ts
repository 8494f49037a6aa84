// What the database said a moment ago, for questions that come all day and whose answers seldom change: whoever asks is
// answered at once, and before an answer is old the next one is fetched behind the back of those who ask. One query
// serves all; without questions nothing is asked.
//
// Freshness, on which every answer from memory rests:
// - Nothing is answered from a query that began more than FRESH_MS ago, by a clock that nobody sets. Whatever any
//   process commits is therefore heard of FRESH_MS later at the latest. There is no news to miss: a lost connection, a
//   LISTEN that has gone deaf or a restored database make answers come from the database again, never old ones.
// - Nothing is answered from a query that began before the last change that this process has made.

/** An admin's click is heard of by every replica in less time than the next click takes. */
const FRESH_MS = 500
/** A query that begins now has the rest of the time to come back: a machine that is swamped needs it. */
const AHEAD_MS = 150

interface Seen<V> {
  readonly value: V
  readonly beganMs: number
  readonly change: number
}

export class SeenLately<V> {
  readonly #load: (key: string) => Promise<V>
  readonly #changes: { readonly ownChanges: number }
  readonly #seen = new Map<string, Seen<V>>()
  readonly #underWay = new Set<string>()

  constructor(load: (key: string) => Promise<V>, changes: { readonly ownChanges: number }) {
    this.#load = load
    this.#changes = changes
  }

  /** Undefined where only the database knows; it has been asked then, for the next question. */
  now(key: string): V | undefined {
    const seen = this.#seen.get(key)
    const ageMs = seen?.change === this.#changes.ownChanges ? performance.now() - seen.beganMs : Infinity
    if (ageMs > AHEAD_MS) this.#askAhead(key)
    return ageMs <= FRESH_MS ? seen!.value : undefined
  }

  /** Read after the call. */
  async ask(key: string): Promise<V> {
    const [beganMs, change] = [performance.now(), this.#changes.ownChanges]
    const value = await this.#load(key)
    const isOvertaken = (this.#seen.get(key)?.beganMs ?? -Infinity) > beganMs
    if (!isOvertaken) this.#seen.set(key, { value, beganMs, change })
    return value
  }

  #askAhead(key: string): void {
    if (this.#underWay.has(key)) return
    this.#underWay.add(key)
    const end = () => this.#underWay.delete(key)
    // One that failed leaves nothing behind: whoever asks next asks the database, and hears of it.
    this.ask(key).then(end, end)
  }
}
