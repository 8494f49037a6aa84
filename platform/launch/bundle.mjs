// One program of this project as a few files of JavaScript: its own sources put together by esbuild, packages left
// where they are, what is imported lazily still lazy. A loader like tsx's is asked for every one of 1,400 modules from
// another thread: the control plane took 1.5 s and 2.5 s of CPU to load so, and 0.5 s bundled; a worker 0.74 and 0.27.
// A bundle is used while every source is what it was.

import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const ROOT = path.resolve(import.meta.dirname, '../..')
const CACHE = path.join(ROOT, '.cache/programs')
/** With these, other options or another esbuild give another bundle. */
const MAKERS = [fileURLToPath(import.meta.url), path.join(ROOT, 'package-lock.json')]
/** What still runs from an older bundle may yet load a part of it. */
const KEPT_MS = 7 * 24 * 3_600_000

/** The bundle of `entry` that was made from the sources as they are; undefined where there is none. */
export function freshBundle(entry) {
  try {
    const { folder, main, inputs } = JSON.parse(readFileSync(recordOf(entry), 'utf8'))
    if (!inputs.every(isAsItWas)) return undefined
    return pathToFileURL(path.join(CACHE, folder, main))
  } catch {
    // Missing, torn, or a source is gone: it is made anew.
    return undefined
  }
}

/** Rejects where a source is wrong or nothing can be written. Several processes may make the same one at a time. */
export async function makeBundle(entry) {
  mkdirSync(CACHE, { recursive: true })
  const name = nameOf(entry)
  const folder = `${name}.${process.pid}.${Date.now()}`
  const { build, stop } = await import('esbuild')
  const inputs = new Map()
  const { metafile } = await build({
    entryPoints: [fileURLToPath(entry)],
    outdir: path.join(CACHE, folder),
    outExtension: { '.js': '.mjs' },
    absWorkingDir: ROOT,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: 'linked',
    sourcesContent: false,
    // Names of classes and functions are told to people.
    keepNames: true,
    define: { 'import.meta.url': 'ownUrl__', 'import.meta.dirname': 'ownFolder__' },
    metafile: true,
    logLevel: 'silent',
    plugins: [ownPlace(inputs)],
  })
  await stop()
  const main = Object.keys(metafile.outputs).find((file) => metafile.outputs[file].entryPoint !== undefined)
  for (const file of MAKERS) inputs.set(file, seen(file, readFileSync(file)))
  const record = { folder, main: path.basename(main), inputs: [...inputs.values()] }
  const beside = path.join(CACHE, `${folder}.json`)
  writeFileSync(beside, JSON.stringify(record))
  renameSync(beside, recordOf(entry))
  sweep(name, folder)
  return pathToFileURL(path.join(CACHE, folder, record.main))
}

/** Each source knows where it lies, bundled or not; what it was when it was read goes to `inputs`. */
function ownPlace(inputs) {
  return {
    name: 'own-place',
    setup(build) {
      build.onLoad({ filter: /\.m?ts$/ }, ({ path: file }) => {
        const bytes = readFileSync(file)
        inputs.set(file, seen(file, bytes))
        // Before the first line, which keeps its number; esbuild drops what a file does not use.
        const url = JSON.stringify(pathToFileURL(file).href)
        const own = `const ownUrl__ = ${url}, ownFolder__ = ${JSON.stringify(path.dirname(file))}; `
        return { contents: own + bytes, loader: 'ts' }
      })
      build.onLoad({ filter: /\.(m?js|json)$/ }, ({ path: file }) => {
        inputs.set(file, seen(file, readFileSync(file)))
      })
    },
  }
}

/** Never throws for what another process has swept already. */
function sweep(name, kept) {
  for (const file of readdirSync(CACHE)) {
    if (!file.startsWith(`${name}.`) || file === kept || file.endsWith('.json')) continue
    const made = Number(file.split('.').at(-1))
    if (Date.now() - made > KEPT_MS) rmSync(path.join(CACHE, file), { recursive: true, force: true })
  }
}

function seen(file, bytes) {
  const { size, mtimeMs } = statSync(file)
  return { file, size, mtimeMs, digest: digestOf(bytes) }
}

/** A copy may have another time, as in a layer of a container, where times are cut to seconds. */
function isAsItWas({ file, size, mtimeMs, digest }) {
  const now = statSync(file)
  return now.size === size && (now.mtimeMs === mtimeMs || digestOf(readFileSync(file)) === digest)
}

const digestOf = (bytes) => createHash('sha256').update(bytes).digest('hex')

const recordOf = (entry) => path.join(CACHE, `${nameOf(entry)}.json`)

/** By its whole path: an installation may share its packages with another. */
function nameOf(entry) {
  const file = fileURLToPath(entry)
  return `${path.basename(file).replace(/\W+/g, '-')}-${digestOf(file).slice(0, 12)}`
}
