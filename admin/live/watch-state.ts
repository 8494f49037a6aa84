// A state as a stream: what it is now, and again whenever it is something else, until it is over. Each event carries the
// stamp of the state as its id, so that a client that comes back with the last one it saw is told nothing twice, and is
// told what it missed: the state as it is.

import { createHash } from 'node:crypto'
import { type TrackedEnvelope, tracked } from '@trpc/server'
import type { Live, Watch } from './live.ts'

export interface State<T> {
  readonly watch: Watch
  read(): Promise<T>
  isOver(state: T): boolean
  /** The last one that the client saw. */
  readonly lastEventId: string | undefined
}

export const stampOf = (state: unknown): string =>
  createHash('sha256').update(JSON.stringify(state)).digest('base64url').slice(0, 22)

export async function* watchState<T>(
  live: Live,
  { watch, read, isOver, lastEventId }: State<T>,
): AsyncGenerator<TrackedEnvelope<T>> {
  let seen = lastEventId
  for await (const _ of live.changes(watch)) {
    const state = await read()
    const stamp = stampOf(state)
    if (stamp !== seen) yield tracked(stamp, state)
    seen = stamp
    if (isOver(state)) return
  }
}
