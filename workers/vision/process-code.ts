// The vision process's program, in one piece: its sources bundled once in a worker's life, and handed to Node on
// stdin. Starting is what a switch and every death wait for, and it takes the processor from whoever serves
// meanwhile: bundled it costs a third of what tsx takes to find, translate and load 40 files (0.3 against 0.8 s of a
// busy core), and 25 MB less. esbuild is run as a program: its service would stay in memory for good.

import { execFile } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** Packages are found from here: the process runs in this folder. */
export const ROOT = path.resolve(import.meta.dirname, '../..')

/** Where the bundled code looks for the one file that it reads beside itself. */
const KERNELS = path.join(ROOT, 'vision/kernels')

const known = new Map<string, Promise<string>>()

export function processCode(entry: URL): Promise<string> {
  const code = known.get(entry.href) ?? bundle(fileURLToPath(entry))
  known.set(entry.href, code)
  // A disk that was full may have room the next time.
  code.catch(() => known.delete(entry.href))
  return code
}

async function bundle(entry: string): Promise<string> {
  const esbuild = fileURLToPath(import.meta.resolve('esbuild/bin/esbuild'))
  const { stdout } = await promisify(execFile)(
    esbuild,
    [
      entry,
      '--bundle',
      '--format=esm',
      '--platform=node',
      '--packages=external',
      '--target=node20',
      `--define:import.meta.dirname=${JSON.stringify(KERNELS)}`,
      '--log-level=error',
    ],
    { cwd: ROOT, maxBuffer: 16 * 2 ** 20 },
  )
  return stdout
}
