// The vision process's program, in one piece: its sources bundled once in a worker's life, and handed to Node on
// stdin. Starting is what a switch and every death wait for, and it takes the processor from whoever serves
// meanwhile: bundled it costs a third of what tsx takes to find, translate and load 40 files (0.3 against 0.8 s of a
// busy core), and 25 MB less.

import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** Packages are found from here: the process runs in this folder. */
export const ROOT = path.resolve(import.meta.dirname, '../..')

/** Where the bundled code looks for the one file that it reads beside itself. */
const KERNELS = path.join(ROOT, 'vision/kernels')

const known = new Map<string, Promise<string>>()
let turn: Promise<unknown> = Promise.resolve()

export function processCode(entry: URL): Promise<string> {
  const code = known.get(entry.href) ?? bundle(fileURLToPath(entry))
  known.set(entry.href, code)
  // A disk that was full may have room the next time.
  code.catch(() => known.delete(entry.href))
  return code
}

/** One after the other: stopping esbuild stops all that it does. */
function bundle(entry: string): Promise<string> {
  const code = turn.then(() => bundleOnce(entry))
  turn = code.catch(() => undefined)
  return code
}

async function bundleOnce(entry: string): Promise<string> {
  const { build, stop } = await import('esbuild')
  try {
    const { outputFiles } = await build({
      entryPoints: [entry],
      absWorkingDir: ROOT,
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      define: { 'import.meta.dirname': JSON.stringify(KERNELS) },
      logLevel: 'silent',
    })
    return outputFiles[0]!.text
  } finally {
    // Its process would stay in memory for good.
    await stop()
  }
}
