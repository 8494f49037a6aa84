// The migrations as an older build had them: the first so many files, and a journal that tells of no more.

import { cp, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'

export const MIGRATIONS = path.resolve(import.meta.dirname, '../../migrations')

/** Of all migrations, in their order. */
export async function migrationTags(): Promise<string[]> {
  const { entries } = JSON.parse(await readFile(path.join(MIGRATIONS, 'meta', '_journal.json'), 'utf8'))
  return entries.map((entry: { tag: string }) => entry.tag)
}

/** The folder goes when it is disposed of. */
export async function olderBuild(count: number): Promise<TempFolder> {
  const folder = await tempFolder('older')
  await cp(MIGRATIONS, folder.path, { recursive: true })
  const file = path.join(folder.path, 'meta', '_journal.json')
  const journal = JSON.parse(await readFile(file, 'utf8'))
  await writeFile(file, JSON.stringify({ ...journal, entries: journal.entries.slice(0, count) }))
  return folder
}
