// At most so many at once, first come first served. A promotion wakes a whole fleet: without it thousands would wait
// for the pool's ten connections until that wait itself is an error. Who has stood in the queue for as long as it
// wanted to leaves it, and its work is never begun.

interface Place {
  readonly enter: (isMine: boolean) => void
  readonly timer: NodeJS.Timeout | undefined
}

/** Undefined: its turn had not come after `waitMaxMs`. */
export type InLane = <T>(work: () => Promise<T>, waitMaxMs: number) => Promise<T | undefined>

export function inLanes(lanes: number): InLane {
  const queue = new Set<Place>()
  let free = lanes

  const standInQueue = (waitMaxMs: number) =>
    new Promise<boolean>((enter) => {
      const leave = () => {
        queue.delete(place)
        enter(false)
      }
      const timer = Number.isFinite(waitMaxMs) ? setTimeout(leave, waitMaxMs) : undefined
      const place: Place = { enter, timer }
      queue.add(place)
    })

  function passOn(): void {
    const [next] = queue
    if (!next) free++
    else {
      queue.delete(next)
      clearTimeout(next.timer)
      next.enter(true)
    }
  }

  return async (work, waitMaxMs) => {
    if (free > 0) free--
    else if (!(await standInQueue(waitMaxMs))) return undefined
    try {
      return await work()
    } finally {
      passOn()
    }
  }
}
