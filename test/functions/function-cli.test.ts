// `tandem functions`: from an empty folder to a version in the control plane, and every way to be refused on the way.

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { serve } from '@hono/node-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { controlApp } from '#admin/app.ts'
import { bundleFunction } from '#platform/bundle-function.ts'
import { type Control, openControl } from '#test/admin/control-rig.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'

const TANDEM = path.resolve(import.meta.dirname, '../../bin/tandem.mjs')

let control: Control
let folder: TempFolder
let url: string
let close: () => void
beforeAll(async () => {
  control = await openControl()
  folder = await tempFolder('functions')
  const server = serve({ fetch: controlApp(control.ctx).fetch, port: 0, hostname: '127.0.0.1' })
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  close = () => server.close()
})
afterAll(async () => {
  close()
  await folder[Symbol.asyncDispose]()
  await control[Symbol.asyncDispose]()
})

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** In a folder that is none of the installation's, as a person has it. */
async function tandem(...args: string[]): Promise<Ended> {
  const env = { PATH: process.env.PATH, TANDEM_URL: url, TANDEM_API_KEY: control.keys.admin }
  try {
    const ran = await promisify(execFile)(process.execPath, [TANDEM, ...args], { cwd: folder.path, env })
    return { code: 0, ...ran }
  } catch (error) {
    const { code, stdout, stderr } = error as Ended
    return { code, stdout, stderr }
  }
}

describe('functions new', () => {
  test('makes a project that passes its own test, types and check at once', async () => {
    expect(await tandem('functions', 'new', 'two', '--from', 'two-crops')).toMatchObject({ code: 0 })
    const cwd = path.join(folder.path, 'two')
    const npm = (script: string) => promisify(execFile)('npm', ['run', '-s', script], { cwd })
    expect((await npm('test')).stdout).toContain('# pass 3')
    await npm('types')
    expect((await npm('check')).stdout).toContain('answers in 6 situations')
  }, 60_000)

  test.each([
    ['minimal', 'examples/minimal'],
    ['classify', 'classify/classify'],
  ])('--from %s makes the same function as functions/%s.ts', async (example, file) => {
    expect(await tandem('functions', 'new', example, '--from', example)).toMatchObject({ code: 0 })
    const made = await bundleFunction(path.join(folder.path, example, 'function.ts'))
    const original = await bundleFunction(path.join(TANDEM, '../../functions', `${file}.ts`))
    // A bundle names its modules, and its default export by the file.
    const bare = (code: string) =>
      code.replaceAll(/^\/\/ .*$/gm, '').replaceAll(/\b(function|minimal|classify)_default\b/g, '')
    expect(bare(made)).toBe(bare(original))
  })

  test.each([
    [['functions', 'new', 'two'], 'is not empty'],
    [['functions', 'new', 'My Function'], 'expected a name of small letters'],
  ])('refuses %j', async (args, complaint) => {
    expect(await tandem(...args)).toMatchObject({ code: 1, stderr: expect.stringContaining(complaint) })
  })
})

describe('functions deploy', () => {
  const source = (name: string) => path.join(folder.path, `${name}.ts`)
  const deploy = (file: string, ...flags: string[]) =>
    tandem('functions', 'deploy', file, '--name', 'mine', ...flags)

  test('stores a function that answers, each content as a version, and says how to promote it', async () => {
    const first = await deploy('minimal/function.ts')
    expect(first).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('Answers in 6 situations in workerd'),
    })
    expect(first.stdout).toMatch(
      /^Function "mine" version 1 \(fun_\w+\): \d+ bytes\n.*tandem promote --function mine\n$/,
    )
    expect((await deploy('minimal/function.ts')).stdout).toContain('version 1 ')
    const text = await readFile(path.join(folder.path, 'minimal/function.ts'), 'utf8')
    await writeFile(path.join(folder.path, 'minimal/function.ts'), text.replace("'none'", "'own'"))
    expect((await deploy('minimal/function.ts')).stdout).toContain('version 2 ')
    const shown = JSON.parse((await tandem('--json', 'functions', 'show', 'mine')).stdout)
    expect(shown).toMatchObject([
      { version: 2, deployments: [] },
      { version: 1, deployments: [] },
    ])
    expect((await tandem('functions', 'list')).stdout).toMatch(/mine +2 /)
  }, 60_000)

  test.each<[string, string, string]>([
    ['unparsable', 'export default { fetch( }', 'unparsable.ts:1:25: '],
    ['nothing', 'export const x = 1', 'has no default export, expected one with fetch'],
    [
      'nonsense',
      'export default { fetch: () => Response.json({ labels: [] }) }',
      'answers something else than an answer: "labels"',
    ],
    [
      'loop',
      "export default { fetch(r) { if (r.url.endsWith('/healthz')) return new Response(); for (;;); } }",
      'is stuck in a loop',
    ],
  ])('refuses %s in one sentence and stores nothing', async (name, code, complaint) => {
    await writeFile(source(name), code)
    const ended = await tandem('functions', 'deploy', `${name}.ts`, '--name', name)
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toContain(complaint)
    expect(ended.stderr.trim().split('\n')).toHaveLength(1)
    expect((await tandem('functions', 'show', name)).stderr).toContain(`Cannot find function "${name}"`)
  })

  test('keeps the built-in name for the built-in function', async () => {
    const ended = await tandem('functions', 'deploy', 'minimal/function.ts', '--name', 'classify')
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('is the built-in one') })
  })
})
