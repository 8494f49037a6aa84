// Blocks of a page as one shell: what one sets the next one knows. It stops at the first command that fails.

import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { DemoWorld } from './demo-world.ts'
import type { Block } from './markdown.ts'

export interface Ran {
  readonly code: number
  /** Of the last block that began. */
  readonly output: string
}

export async function runBlocks(world: DemoWorld, blocks: readonly Block[], folder: string): Promise<Ran> {
  const parts = blocks.map(({ at, code }) => `echo '##### ${at}' >&2\n${code}\n`)
  const script = path.join(folder, '.page.sh')
  await writeFile(script, world.withPorts(`set -euo pipefail\n${parts.join('')}`))
  const { DATABASE_URL: _url, TANDEM_HOME: _home, ...outer } = process.env
  const shell = spawn('bash', [script], {
    cwd: folder,
    env: { ...outer, ...world.env, HOME: world.folder.path, PATH: `${world.bin}:${process.env.PATH}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [shell.stdout, shell.stderr])
    stream.on('data', (chunk) => {
      output += chunk
    })
  const code = await new Promise<number>((resolve) => shell.once('close', (status) => resolve(status ?? 1)))
  return { code, output: output.slice(output.lastIndexOf('##### ')) }
}
