// Programs as they are started: from a bundle that is made when it must be and used while it may be.

import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, readdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'

const ROOT = path.resolve(import.meta.dirname, '../../..')

let folder: TempFolder
let root: string
beforeAll(async () => {
  folder = await tempFolder('launch')
  root = path.join(folder.path, 'installed')
  await mkdir(path.join(root, 'platform'), { recursive: true })
  await cp(path.join(ROOT, 'platform/launch'), path.join(root, 'platform/launch'), { recursive: true })
  for (const file of ['package.json', 'package-lock.json'])
    await cp(path.join(ROOT, file), path.join(root, file))
  await symlink(path.join(ROOT, 'node_modules'), path.join(root, 'node_modules'))
})
afterAll(() => folder[Symbol.asyncDispose]())

async function write(sources: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(sources)) await writeFile(path.join(root, name), text)
}

async function run(
  entry: string,
  ...args: string[]
): Promise<{ stdout: string; stderr: string; code: number }> {
  const command = [path.join(root, 'platform/launch/run.mjs'), path.join(root, entry), ...args]
  try {
    return { ...(await promisify(execFile)(process.execPath, command, { cwd: folder.path })), code: 0 }
  } catch (error) {
    return error as { stdout: string; stderr: string; code: number }
  }
}

const bundles = async (): Promise<string[]> =>
  (await readdir(path.join(root, '.cache/programs'))).filter((name) => !name.endsWith('.json'))

describe('a program', () => {
  test('sees its own place and its arguments, loads lazily, and keeps the names of its classes', async () => {
    await write({
      'seen.ts': `
        import { own } from './own.ts'
        class Named {}
        const { late } = await import('./late.ts')
        const told: object = { own, late, argv: process.argv.slice(1), name: Named.name, text: 'import.meta.url' }
        console.log(JSON.stringify({ ...told, here: [import.meta.dirname, import.meta.url] }))`,
      'own.ts': `class Named {}\nexport const own: string[] = [import.meta.dirname, new Named().constructor.name]`,
      'late.ts': `export const late: number = 7`,
    })
    const { stdout } = await run('seen.ts', 'a', '--b')
    expect(JSON.parse(stdout)).toEqual({
      own: [root, 'Named'],
      late: 7,
      argv: [path.join(root, 'seen.ts'), 'a', '--b'],
      name: 'Named',
      text: 'import.meta.url',
      here: [root, `file://${path.join(root, 'seen.ts')}`],
    })
  })

  test('is bundled once, again when a source changes, and not when only its time does', async () => {
    await write({
      'once.ts': `import { word } from './word.ts'\nconsole.log(word)`,
      'word.ts': `export const word = 'one'`,
    })
    const before = (await bundles()).length
    expect((await run('once.ts')).stdout).toBe('one\n')
    expect((await run('once.ts')).stdout).toBe('one\n')
    await utimes(path.join(root, 'word.ts'), 1, 1)
    expect((await run('once.ts')).stdout).toBe('one\n')
    expect((await bundles()).length).toBe(before + 1)
    await write({ 'word.ts': `export const word = 'two'` })
    expect((await run('once.ts')).stdout).toBe('two\n')
    expect((await bundles()).length).toBe(before + 2)
  })

  test('tells where it failed in its sources', async () => {
    await write({ 'fails.ts': `const text: string = 'no'\n\nthrow new TypeError(text)` })
    const { stderr, code } = await run('fails.ts')
    expect(code).toBe(1)
    expect(stderr).toContain(`${path.join(root, 'fails.ts')}:3:7`)
  })

  test('starts many at a time, a torn record notwithstanding', async () => {
    await write({ 'many.ts': `const n: number = 1\nconsole.log(n)` })
    const all = await Promise.all(Array.from({ length: 4 }, () => run('many.ts')))
    expect(all.map(({ stdout }) => stdout)).toEqual(['1\n', '1\n', '1\n', '1\n'])
    const record = (await readdir(path.join(root, '.cache/programs'))).find((name) =>
      /^many-ts-.*json$/.test(name),
    )!
    const file = path.join(root, '.cache/programs', record)
    await writeFile(file, (await readFile(file, 'utf8')).slice(0, 40))
    expect((await run('many.ts')).stdout).toBe('1\n')
  })

  test('runs without a bundle where none can be written', async () => {
    const programs = path.join(root, '.cache')
    await write({ 'alone.ts': `import { word } from './word.ts'\nconsole.log(word.length satisfies number)` })
    await promisify(execFile)('mv', [programs, `${programs}.away`])
    await writeFile(programs, 'no folder')
    try {
      expect((await run('alone.ts')).stdout).toBe('3\n')
    } finally {
      await chmod(programs, 0o600)
      await promisify(execFile)('mv', ['-f', programs, `${programs}.file`])
      await promisify(execFile)('mv', [`${programs}.away`, programs])
    }
  })

  test('that is none is refused in words', async () => {
    const { stderr, code } = await promisify(execFile)(process.execPath, [
      path.join(root, 'platform/launch/run.mjs'),
    ])
      .then(() => ({ stderr: '', code: 0 }))
      .catch((error: { stderr: string; code: number }) => error)
    expect({ stderr, code }).toEqual({ stderr: expect.stringContaining('no entry'), code: 2 })
    expect((await run('missing.ts')).code).toBe(1)
  })
})
