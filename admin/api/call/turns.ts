// At most so many at a time; the others wait in their order.

export type Turns = <T>(work: () => Promise<T>) => Promise<T>

export function openTurns(count: number): Turns {
  let free = count
  const waiting: (() => void)[] = []
  return async (work) => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      // Handed on, or given back.
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}
