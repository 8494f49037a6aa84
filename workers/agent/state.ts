// What a device remembers across power cuts: the manifest that it serves and the one before. One file, replaced
// as a whole, so it names a complete deployment or, before the first, none.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { writeDurably } from '#platform/durable-write.ts'

const StoredManifest = z.object({ jws: z.string(), etag: z.string() })
export type StoredManifest = z.infer<typeof StoredManifest>

const DeviceState = z.object({
  current: StoredManifest.nullable(),
  previous: StoredManifest.nullable(),
  /** Highest sequence ever installed. */
  sequence: z.number().int().nonnegative(),
})
export type DeviceState = z.infer<typeof DeviceState>

const EMPTY: DeviceState = { current: null, previous: null, sequence: 0 }

const fileIn = (home: string) => path.join(home, 'state.json')

/** A damaged file counts as none: the control plane knows what to run, and the artifacts are still there. */
export async function readState(home: string): Promise<{ state: DeviceState; damaged: boolean }> {
  let text: string
  try {
    text = await readFile(fileIn(home), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { state: EMPTY, damaged: false }
    throw error
  }
  try {
    return { state: DeviceState.parse(JSON.parse(text)), damaged: false }
  } catch {
    return { state: EMPTY, damaged: true }
  }
}

export const writeState = (home: string, state: DeviceState): Promise<void> =>
  writeDurably(fileIn(home), JSON.stringify(state))
