// `npx tandem` for the pages' commands: the CLI of this checkout in one file. A page has dozens of calls, and a call that
// compiles TypeScript first takes a second of CPU; this one a fourth of it. Each module keeps its own place, so that
// whatever it finds beside itself (templates, entries of other processes) is the checkout's.

import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { ROOT } from './markdown.ts'

const ownPlaces: Plugin = {
  name: 'own-places',
  setup(run) {
    run.onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
      const text = await readFile(file, 'utf8')
      const contents = text
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href))
        .replaceAll('import.meta.dirname', JSON.stringify(path.dirname(file)))
      return { contents, loader: 'ts' }
    })
  },
}

/** Puts `npx` into the folder: `npx tandem` is the checkout's, anything else is refused. */
export async function buildTandem(folder: string): Promise<void> {
  const cli = path.join(folder, 'cli')
  await mkdir(cli, { recursive: true })
  await symlink(path.join(ROOT, 'node_modules'), path.join(cli, 'node_modules'))
  await build({
    entryPoints: [path.join(ROOT, 'admin/cli/main.ts')],
    outfile: path.join(cli, 'tandem.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    packages: 'external',
    plugins: [ownPlaces],
    logLevel: 'error',
  })
  const npx = path.join(folder, 'npx')
  await writeFile(
    npx,
    `#!/bin/sh
[ "$1" = tandem ] || { echo "npx $1: expected tandem" >&2; exit 64; }
shift
exec ${JSON.stringify(process.execPath)} ${JSON.stringify(path.join(cli, 'tandem.mjs'))} "$@"
`,
  )
  await chmod(npx, 0o755)
}
