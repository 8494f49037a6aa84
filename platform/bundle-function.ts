// A function's source to the one ES module that a manifest names and every driver loads. Platform-neutral, so
// that nothing of Node can slip in: an import of `node:` stays unresolved and fails here, not on a device.
// The same source gives the same bytes, so that a digest names a function. What the source does wrong is told by
// file, line and column.

import path from 'node:path'
import { type BuildFailure, build, type Message } from 'esbuild'

/** esbuild names modules relative to this in its output: fixed, or the bytes would change with the caller's folder. */
const ROOT = path.resolve(import.meta.dirname, '..')

export class BundleRefused extends Error {
  override readonly name = 'BundleRefused'
}

export interface FunctionBundle {
  readonly code: string
  /** Source map of `code`, as JSON. */
  readonly map: string
  /** The files that it was made from. */
  readonly inputs: readonly string[]
}

/** `entry` is the path of a module whose default export has `fetch`. Rejects with a `BundleRefused`. */
export async function bundleFunction(entry: string): Promise<string> {
  return (await bundleFunctionWithMap(entry)).code
}

export async function bundleFunctionWithMap(entry: string): Promise<FunctionBundle> {
  const { outputFiles, metafile } = await build({
    entryPoints: [path.resolve(entry)],
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    // Names the files beside each other; nothing is written.
    outfile: path.join(ROOT, 'function.js'),
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    // Beside the code, which stays the same bytes.
    sourcemap: 'external',
    metafile: true,
    // Readable on the device, where somebody may have to debug it; comments are not worth their bytes.
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'silent',
  }).catch((cause: BuildFailure) => {
    throw new BundleRefused(`Cannot bundle "${entry}": ${cause.errors.map(sentence).join('; ')}`, { cause })
  })
  const code = outputFiles.find((file) => file.path.endsWith('.js'))
  const map = outputFiles.find((file) => file.path.endsWith('.map'))
  if (code === undefined || map === undefined)
    throw new RangeError(`Cannot bundle "${entry}": has ${outputFiles.length} outputs, expected code and map`)
  const { exports } = Object.values(metafile.outputs).find((output) => output.entryPoint !== undefined)!
  if (!exports.includes('default'))
    throw new BundleRefused(`Cannot bundle "${entry}": has no default export, expected one with fetch`)
  const inputs = Object.keys(metafile.inputs).map((file) => path.resolve(ROOT, file))
  return { code: code.text, map: map.text, inputs }
}

function sentence({ text, location }: Message): string {
  if (!location) return text
  const file = path.relative('', path.resolve(ROOT, location.file))
  return `${file}:${location.line}:${location.column + 1}: ${text}`
}
