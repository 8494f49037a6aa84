// A bench that is a script of its own (it needs a network of its own, or a process that is all its own): run as a child
// with `--out FILE`, where it leaves what it has measured as JSON. Its exit code says only whether bars were kept.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { tempFolder } from '#test/harness/temp-folder.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')

/** Undefined where it left nothing; what it has said is on the terminal. */
export async function runScript<T>(entry: string, args: readonly string[]): Promise<T | undefined> {
  await using folder = await tempFolder('script')
  const out = path.join(folder.path, 'out.json')
  const child = spawn(process.execPath, ['--import', 'tsx', path.join(ROOT, entry), ...args, '--out', out], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  })
  await once(child, 'exit')
  // What JSON cannot say: not a number.
  const revive = (_: string, value: unknown) => (value === null ? Number.NaN : value)
  return existsSync(out) ? (JSON.parse(await readFile(out, 'utf8'), revive) as T) : undefined
}

/** Of the script itself: where to leave it, if anywhere. */
export function outFile(argv: readonly string[]): string | undefined {
  const at = argv.indexOf('--out')
  return at < 0 ? undefined : argv[at + 1]
}
