// Reading the small text files of /sys: one value each, any of which may be missing, forbidden or nonsense. Nothing
// is thrown: a file that cannot be read is an answer, since it decides which meter there is. Read synchronously,
// once, as the worker starts.

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

export type SysfsText = { readonly text: string } | { readonly why: string }

export function readSysfs(file: string): SysfsText {
  try {
    return { text: readFileSync(file, 'utf8').trim() }
  } catch (error) {
    return { why: `"${file}" ${problemOf((error as NodeJS.ErrnoException).code)}` }
  }
}

export function problemOf(code: string | undefined): string {
  if (code === 'ENOENT' || code === 'ENODEV') return 'does not exist'
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read by this user'
  return `cannot be read (${code ?? 'unknown error'})`
}

/** The text, or undefined for whatever reason. */
export function textOf(file: string): string | undefined {
  const read = readSysfs(file)
  return 'text' in read ? read.text : undefined
}

/** Whole paths of the entries whose name matches, in the order of their numbers; none where there is no folder. */
export function entriesOf(folder: string, name: RegExp): string[] {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    // No such folder, or none for us: there is nothing to find in it.
    return []
  }
  const order = new Intl.Collator('en', { numeric: true })
  return names
    .filter((entry) => name.test(entry))
    .sort(order.compare)
    .map((entry) => path.join(folder, entry))
}

/** A value as the kernel prints it, or undefined for anything else. */
export const integerOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^-?\d{1,16}$/.test(text) ? Number(text) : undefined
