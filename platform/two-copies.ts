// A small file that a device cannot do without, kept twice: `state.json` and `state.backup.json`. Each copy is
// written durably, so a crash damages neither; the second copy is for what a crash does not do: a bad block, a
// repaired file system, a hand that slipped. Nothing is lost until both copies are.
//
// A copy carries the digest of its own content: a flipped bit in a string leaves good JSON behind. Files without one,
// of older builds, are read as they are. The backup is written first. Whoever reads two whole copies that differ has seen a crash between the two writes
// and decides by what is in them which one is newer.

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { writeDurably } from './durable-write.ts'

export function backupOf(file: string): string {
  const { dir, name, ext } = path.parse(file)
  return path.join(dir, `${name}.backup${ext}`)
}

export interface Copies<T> {
  /** What could be read: the file itself first, then its backup. */
  readonly values: readonly T[]
  /** Names of copies that are missing or cannot be read; none where there are no copies at all. */
  readonly damaged: readonly string[]
  /** The copies differ or one is damaged: they should be written again. */
  readonly needsWriting: boolean
}

/** `parse` throws for what is not the file's content. A copy that the disk cannot read counts as damaged. */
export async function readCopies<T>(file: string, parse: (json: unknown) => T): Promise<Copies<T>> {
  const texts: string[] = []
  const values: T[] = []
  const damaged: string[] = []
  const missing: string[] = []
  for (const copy of [file, backupOf(file)]) {
    try {
      const text = await readFile(copy, 'utf8')
      values.push(parse(checked(JSON.parse(text))))
      texts.push(text)
    } catch (error) {
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
      ;(isMissing ? missing : damaged).push(path.basename(copy))
    }
  }
  if (missing.length < 2) damaged.push(...missing)
  return { values, damaged, needsWriting: damaged.length > 0 || texts[0] !== texts[1] }
}

function checked(json: unknown): unknown {
  if (typeof json !== 'object' || json === null || !('sha256' in json)) return json
  const { sha256, ...content } = json
  if (sha256 !== sumOf(content)) throw new RangeError('its content is not what was written')
  return content
}

const sumOf = (content: object): string => createHash('sha256').update(JSON.stringify(content)).digest('hex')

export async function writeCopies(file: string, content: object, mode?: number): Promise<void> {
  const text = JSON.stringify({ ...content, sha256: sumOf(content) })
  await writeDurably(backupOf(file), text, mode)
  await writeDurably(file, text, mode)
}
