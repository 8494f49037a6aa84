// A function's source to the one ES module that a manifest names and every driver loads. Platform-neutral, so
// that nothing of Node can slip in: an import of `node:` stays unresolved and fails here, not on a device.
// The same source gives the same bytes, so that a digest names a function.

import path from 'node:path'
import { build } from 'esbuild'

/** esbuild names modules relative to this in its output: fixed, or the bytes would change with the caller's folder. */
const ROOT = path.resolve(import.meta.dirname, '..')

/** `entry` is the path of a module whose default export has `fetch`. Rejects with esbuild's own errors. */
export async function bundleFunction(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.resolve(entry)],
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    // Readable on the device, where somebody may have to debug it; comments are not worth their bytes.
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'silent',
  })
  const [bundle] = outputFiles
  if (bundle === undefined)
    throw new RangeError(`Cannot bundle "${entry}": has no output, expected one module`)
  return bundle.text
}
