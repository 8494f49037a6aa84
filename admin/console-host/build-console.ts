// The console's files, built where they are missing or older than their sources: by Vite in a process of its own, into a
// folder under the control plane's home (an installed checkout is not ours to write to) that is renamed when it is
// whole, so that a kill leaves no half console. A build takes some seconds, once; whoever never opens the console never
// waits for it.

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { promisify } from 'node:util'

const ROOT = path.resolve(import.meta.dirname, '../..')
const SOURCES = path.join(ROOT, 'admin/console')
/** What is compiled into it beside its own sources. */
const ALSO = ['admin/client', 'contract', 'package-lock.json']
const BUILD_MAX_MS = 180_000

const run = promisify(execFile)

export interface ConsoleFiles {
  /** The folder with `index.html`. Builds once however many ask; a build that failed is tried again by the next. */
  folder(): Promise<string>
}

export function consoleFiles(into: string): ConsoleFiles {
  let building: Promise<string> | undefined
  return {
    folder() {
      building ??= build(into).catch((error: unknown) => {
        building = undefined
        throw error
      })
      return building
    },
  }
}

async function build(into: string): Promise<string> {
  const folder = path.join(into, await digestOfSources())
  if (existsSync(path.join(folder, 'index.html'))) return folder
  await mkdir(into, { recursive: true })
  const partial = `${folder}.${process.pid}`
  const vite = path.join(
    path.dirname(createRequire(import.meta.url).resolve('vite/package.json')),
    'bin/vite.js',
  )
  const config = path.join(SOURCES, 'vite.config.ts')
  // Loaded as it is: the usual way writes a bundle of it beside it.
  const args = [
    vite,
    'build',
    '--config',
    config,
    '--configLoader',
    'runner',
    '--outDir',
    partial,
    '--logLevel',
    'error',
  ]
  // Under the NODE_ENV of a test it would be React's slower half, half as large again. Nothing else of ours concerns it.
  const env = { NODE_ENV: 'production' }
  try {
    await run(process.execPath, args, { cwd: ROOT, timeout: BUILD_MAX_MS, env })
    await rename(partial, folder).catch((error: unknown) => {
      // Somebody else was first: theirs is as good.
      if (!existsSync(path.join(folder, 'index.html'))) throw error
    })
    await removeOthers(into, folder)
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
  return folder
}

/** Of older sources. */
async function removeOthers(into: string, folder: string): Promise<void> {
  for (const name of await readdir(into))
    if (/^[0-9a-f]{16}$/.test(name) && name !== path.basename(folder))
      await rm(path.join(into, name), { recursive: true, force: true })
}

async function digestOfSources(): Promise<string> {
  const hash = createHash('sha256')
  for (const file of (await filesOf([SOURCES, ...ALSO.map((name) => path.join(ROOT, name))])).sort()) {
    hash.update(path.relative(ROOT, file))
    hash.update(await readFile(file))
  }
  return hash.digest('hex').slice(0, 16)
}

async function filesOf(places: readonly string[]): Promise<string[]> {
  const files: string[] = []
  for (const place of places) {
    const entries = await readdir(place, { withFileTypes: true }).catch(() => undefined)
    if (entries === undefined) files.push(place)
    else
      files.push(
        ...(await filesOf(
          entries.filter(({ name }) => name !== 'dist').map(({ name }) => path.join(place, name)),
        )),
      )
  }
  return files
}
