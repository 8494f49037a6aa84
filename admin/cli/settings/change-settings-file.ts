// One value of a file of settings, written so that the file is the old one or the new one and never half of either. A new
// file is for its owner's eyes alone, since it may come to hold a key.

import { readFileSync } from 'node:fs'
import { writeDurably } from '#platform/durable-write.ts'

const OWNER_ONLY = 0o600

/** Undefined takes it out. */
export async function changeSettingsFile(
  file: string,
  name: string,
  value: string | number | undefined,
): Promise<void> {
  const before = readObject(file)
  const after = { ...before, [name]: value }
  await writeDurably(file, `${JSON.stringify(after, null, 2)}\n`, OWNER_ONLY)
}

/** It was read as settings before: it is an object, or not there. */
function readObject(file: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}
