// `tandem functions new`: a folder that works at once, without a network: its packages are links into the
// installation that made it. The function itself is one of the installation's own examples, so that what people start
// from is what the tests run.

import { access, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { CommandFailed } from './api.ts'
import { asProjectSource, projectFiles } from './project-files.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '')

export const EXAMPLES = {
  classify: 'functions/classify/classify.ts',
  minimal: 'functions/examples/minimal.ts',
  'two-crops': 'functions/examples/two-crops.ts',
} as const
export type ExampleName = keyof typeof EXAMPLES

/** Linked where the installation has them: a device's has no compiler. */
const PACKAGES = ['hono', 'tsx', 'typescript', '@types/node']

export async function newFunctionProject(folder: string, example: ExampleName): Promise<string[]> {
  const name = path.basename(path.resolve(folder))
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name))
    throw new CommandFailed(
      `Cannot make function "${name}": expected a name of small letters, digits and dashes`,
    )
  if ((await readdir(folder).catch(() => [])).length > 0)
    throw new CommandFailed(`Cannot make function "${name}": folder "${folder}" is not empty`)
  const source = await readFile(path.join(ROOT, EXAMPLES[example]), 'utf8')
  const files: Record<string, string> = {
    'function.ts': asProjectSource(source),
    ...projectFiles({ name, tandemFolder: ROOT, honoVersion: await installedVersion('hono') }),
  }
  await mkdir(folder, { recursive: true })
  for (const [file, text] of Object.entries(files)) await writeFile(path.join(folder, file), text)
  await linkPackages(path.join(folder, 'node_modules'))
  return Object.keys(files)
}

async function installedVersion(name: string): Promise<string> {
  const text = await readFile(path.join(ROOT, 'node_modules', name, 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

async function linkPackages(modules: string): Promise<void> {
  await mkdir(path.join(modules, '.bin'), { recursive: true })
  await mkdir(path.join(modules, '@types'), { recursive: true })
  await symlink(ROOT, path.join(modules, 'tandem'), 'junction')
  for (const name of PACKAGES) {
    const target = path.join(ROOT, 'node_modules', name)
    if (await exists(target)) await symlink(target, path.join(modules, name), 'junction')
  }
  await symlink('../tandem/bin/tandem.mjs', path.join(modules, '.bin/tandem'))
  if (await exists(path.join(modules, 'typescript')))
    await symlink('../typescript/bin/tsc', path.join(modules, '.bin/tsc'))
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )
