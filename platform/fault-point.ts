// Where an operation can be struck: every durable operation (durable-files.ts) and every call over the network
// runs through here, numbered by whoever listens, so that a test can end the process before, after or in the
// middle of the n-th, or let it fail as a full or broken disk does. Killing at random proves little: a crash
// between two renames is met once in a thousand runs.
//
// For the whole process, not a parameter: what is tested is a process, every part of which must be struck alike.

export type Operation =
  | 'make-folder'
  | 'create'
  | 'write'
  | 'sync'
  | 'rename'
  | 'remove'
  | 'sync-folder'
  | 'call'

export interface FaultPoint {
  readonly operation: Operation
  /** What it is done to: a file, a folder, or the address of a call. */
  readonly path: string
  /** Of a rename: what the file is called afterwards. */
  readonly to?: string
  /** Of a write: does half of it, as a crash may. */
  readonly half?: () => Promise<void>
}

export type Around = <T>(point: FaultPoint, run: () => Promise<T>) => Promise<T>

let around: Around | undefined

export const faultPoint: Around = (point, run) => (around ? around(point, run) : run())

/** From here on every operation of this process runs through `next`; undefined ends that. */
export function injectFaults(next: Around | undefined): void {
  around = next
}
