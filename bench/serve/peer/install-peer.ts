// transformers.js, installed by npm into a scratch folder: a competitor is no dependency of the product. Without its
// install scripts: they fetch GPU libraries from the internet, and the CPU ones come with the packages.

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

const ROOT = path.resolve(import.meta.dirname, '../../..')
export const PEERS = path.join(ROOT, '.tandem/bench/peers')
const PACKAGE = '@huggingface/transformers'
export const PEER_VERSION = '4.3.1'
const INSTALL_MAX_MS = 300_000

/** The folder that it is installed in, or why it is not. */
export async function installPeer(): Promise<{ folder: string } | { missing: string }> {
  const folder = path.join(PEERS, 'transformers')
  if ((await installedVersion(folder)) === PEER_VERSION) return { folder }
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ private: true }))
  const wanted = `${PACKAGE}@${PEER_VERSION}`
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--save-exact']
  try {
    await promisify(execFile)('npm', ['install', wanted, ...flags], { cwd: folder, timeout: INSTALL_MAX_MS })
    return { folder }
  } catch (error) {
    const said = (error as { stderr?: string }).stderr ?? String(error)
    return { missing: `npm could not install ${wanted}: ${said.trim().split('\n').at(-1)}` }
  }
}

async function installedVersion(folder: string): Promise<string | undefined> {
  const file = path.join(folder, 'node_modules', PACKAGE, 'package.json')
  return existsSync(file) ? JSON.parse(await readFile(file, 'utf8')).version : undefined
}
