// The local answer begun beside the edge's: whoever waits for the edge with a deadline has the local answer when the
// deadline comes, and not only then the wish for one. It costs an inference for each answer that is later than usual,
// so it is done only for clients and deployments that state how long they wait.

export interface Hedge {
  /** What the local inference took: as expected, where it is still at work; undefined where it was not begun. */
  stop(): number | undefined
}

export function startHedge(
  infer: () => Promise<number>,
  { afterMs, localMs }: { afterMs: number; localMs: number },
): Hedge {
  let tookMs: number | undefined
  const timer = setTimeout(() => {
    tookMs = localMs
    infer().then(
      (ms) => {
        tookMs = ms
      },
      // Whoever needs the local answer asks again, and hears then what is wrong with the image.
      () => undefined,
    )
  }, afterMs)
  return {
    stop() {
      clearTimeout(timer)
      return tookMs
    },
  }
}
