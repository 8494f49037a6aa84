// One look at something for everybody who wants to see it within a moment: a hundred people who watch one rollout cost
// what one does.

export type SharedLook = <T>(name: string, look: () => Promise<T>) => Promise<T>

export function openSharedLook(freshMs: number): SharedLook {
  const looks = new Map<string, { readonly until: number; readonly seen: Promise<unknown> }>()
  return async <T>(name: string, look: () => Promise<T>): Promise<T> => {
    const now = performance.now()
    const last = looks.get(name)
    if (last && now < last.until) return last.seen as Promise<T>
    for (const [old, { until }] of looks) if (until <= now) looks.delete(old)
    const seen = look()
    looks.set(name, { until: now + freshMs, seen })
    return seen
  }
}
