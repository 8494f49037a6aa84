// What a device remembers across power cuts. Two files, each kept twice (platform/two-copies.ts):
//   state.json   the manifest that it boots and the one before, replaced as a whole, so that it names complete
//                deployments or, before the first, none;
//   seen.json    the highest sequence whose signature was ever verified here, and when the newest manifest was
//                issued. Written before anything is done with a manifest.
//
// The guarantee. Any single file of these four may be deleted, cut short or overwritten: the device boots the same
// deployment offline and refuses every manifest that is older than the newest it has seen. To keep it from booting
// offline takes both copies of state.json, between two starts (each start writes a damaged copy again); then it
// waits for the control plane and says so, and still refuses what is old. To make it accept an old manifest takes
// all four: sequences are read from every copy of either file, and the highest counts. A device whose four files
// are all gone cannot be told from one that has just been enrolled; an expired manifest it refuses even then.

import path from 'node:path'
import { z } from 'zod'
import { PinnedKey } from '#contract/device-api.ts'
import { readCopies, writeCopies } from '#platform/two-copies.ts'

export const StoredManifest = z.object({
  jws: z.string(),
  etag: z.string(),
  /** The key that it was verified with; without it: one that is pinned. Keys may have been rotated since. */
  signedBy: PinnedKey.optional(),
})
export type StoredManifest = z.infer<typeof StoredManifest>

const DeviceState = z.object({
  current: StoredManifest.nullable(),
  previous: StoredManifest.nullable(),
  /** Highest sequence ever installed. */
  sequence: z.number().int().nonnegative(),
})
export type DeviceState = z.infer<typeof DeviceState>

const Seen = z.object({ sequence: z.number().int().nonnegative(), issuedAt: z.iso.datetime() })
/** The newest that a pinned key has signed for this device, installed or not. */
export type Seen = z.infer<typeof Seen>

export interface Remembered {
  readonly state: DeviceState
  readonly seen: Seen
  /** Names of copies that could not be read. */
  readonly damaged: readonly string[]
  /** Neither copy of the state could be read, though there was one: nothing can be booted. */
  readonly isLost: boolean
  /** Writes what is damaged again. */
  heal(): Promise<void>
}

const NOTHING: DeviceState = { current: null, previous: null, sequence: 0 }
const NOTHING_SEEN: Seen = { sequence: 0, issuedAt: '1970-01-01T00:00:00.000Z' }

const stateFile = (home: string) => path.join(home, 'state.json')
const seenFile = (home: string) => path.join(home, 'seen.json')

/** Never rejects because of what is in the files: whatever is left is what the device has. */
export async function readState(home: string): Promise<Remembered> {
  const states = await readCopies(stateFile(home), (json) => DeviceState.parse(json))
  const seens = await readCopies(seenFile(home), (json) => Seen.parse(json))
  const state = newest(states.values) ?? NOTHING
  const seen = newest(seens.values) ?? NOTHING_SEEN
  return {
    state,
    seen: { ...seen, sequence: Math.max(seen.sequence, state.sequence) },
    damaged: [...states.damaged, ...seens.damaged],
    isLost: states.values.length === 0 && (states.damaged.length > 0 || seen.sequence > 0),
    async heal() {
      // A device that has lost its state has nothing to write; its damaged files stay for whoever looks into it.
      if (states.needsWriting && states.values.length > 0) await writeState(home, state)
      if (seens.needsWriting && seens.values.length > 0) await writeSeen(home, seen)
    },
  }
}

/** Copies differ after a crash between two writes; the file of an older build may be ahead of its backup. */
const newest = <T extends { sequence: number }>(values: readonly T[]): T | undefined =>
  [...values].sort((a, b) => b.sequence - a.sequence)[0]

export const writeState = (home: string, state: DeviceState): Promise<void> =>
  writeCopies(stateFile(home), state)

export const writeSeen = (home: string, seen: Seen): Promise<void> => writeCopies(seenFile(home), seen)

/** Time as far as it can be known without a clock that is set: never before a manifest that was seen. */
export const trustedNow = (now: Date, seen: Seen): Date =>
  new Date(Math.max(now.getTime(), Date.parse(seen.issuedAt)))
