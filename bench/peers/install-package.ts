// What is compared with, and what draws, comes from the registry when it is first wanted, into a folder of its own that
// git ignores: none of it is a dependency of the product. Without install scripts: they fetch GPU libraries from the
// internet, and the CPU ones come with the packages.

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

const ROOT = path.resolve(import.meta.dirname, '../..')
export const PEERS = path.join(ROOT, '.tandem/bench/peers')
const INSTALL_MAX_MS = 300_000

export type Installed = { readonly folder: string } | { readonly missing: string }

/** `packages`: name to exact version. The folder that they are installed in, or why they are not. */
export async function installPackage(
  name: string,
  packages: Readonly<Record<string, string>>,
): Promise<Installed> {
  const folder = path.join(PEERS, name)
  const isThere = await Promise.all(
    Object.entries(packages).map(async ([one, version]) => (await versionIn(folder, one)) === version),
  )
  if (isThere.every(Boolean)) return { folder }
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ private: true }))
  const wanted = Object.entries(packages).map(([one, version]) => `${one}@${version}`)
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--save-exact']
  try {
    await promisify(execFile)('npm', ['install', ...wanted, ...flags], {
      cwd: folder,
      timeout: INSTALL_MAX_MS,
    })
    return { folder }
  } catch (error) {
    const said = (error as { stderr?: string }).stderr ?? String(error)
    return { missing: `npm could not install ${wanted.join(' ')}: ${said.trim().split('\n').at(-1)}` }
  }
}

async function versionIn(folder: string, name: string): Promise<string | undefined> {
  const file = path.join(folder, 'node_modules', name, 'package.json')
  return existsSync(file) ? JSON.parse(await readFile(file, 'utf8')).version : undefined
}
