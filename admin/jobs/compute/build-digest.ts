// What the steps of a computation depend on beside their inputs: the code. A step that another build has computed is
// not taken over, since half an old report and half a new one would be a report of neither.

import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

const ROOT = path.resolve(import.meta.dirname, '../../..')

let digest: Promise<string> | undefined

/** Of the sources of `core/` and `contract/`, read once; some 200 small files. */
export function buildDigest(): Promise<string> {
  digest ??= digestOf(['core', 'contract'])
  return digest
}

async function digestOf(folders: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(process.version)
  for (const folder of folders) {
    const names = await readdir(path.join(ROOT, folder), { recursive: true })
    for (const name of names.filter((file) => file.endsWith('.ts')).sort())
      hash.update(name).update(await readFile(path.join(ROOT, folder, name)))
  }
  return hash.digest('hex')
}
