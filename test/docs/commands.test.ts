// Every command of README.md and docs/ runs: the blocks of a page in their order, in one shell, in a folder of the page's
// own, against one system that `npm start` began. A block that cannot run here says why in a comment; it still is shell,
// and its calls of `tandem`, like those in the sentences, exist with these options.

import { spawn, spawnSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openProgram } from '#admin/cli/program.ts'
import { buildTandem } from './build-tandem.ts'
import { DemoWorld } from './demo-world.ts'
import { allPages, type Block, type Page, pageOf } from './markdown.ts'
import { tandemCalls } from './shell-words.ts'
import { wrongWithCall } from './wrong-with-call.ts'

const PAGE_MAX_MS = 90_000
const START_MAX_MS = 180_000

/** The reader begins here; the rest in the order of their names. */
const FIRST = ['README.md', 'docs/tutorial.md']
const place = ({ file }: Page): number => (FIRST.indexOf(file) + 1 || FIRST.length + 1) - 1
const pages = allPages().sort((a, b) => place(a) - place(b))
const shellOf = ({ blocks }: Page): readonly Block[] => blocks.filter(({ language }) => language === 'sh')
const isRun = ({ notRun }: Block): boolean => notRun === undefined

const program = openProgram()

describe.each(pages.map((page) => [page.file, page] as const))('%s', (_, page) => {
  test('its blocks are shell, and its calls exist', () => {
    const wrong = [...wrongBlocks(page), ...wrongSpans(page)]
    expect(wrong).toEqual([])
  })
})

function wrongBlocks(page: Page): string[] {
  const shell = shellOf(page)
  const script = shell.map(({ code }) => `{\n${code}\n}\n`).join('')
  const isShell = spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' })
  const wrong = isShell.status === 0 ? [] : [`${page.file}: ${isShell.stderr}`]
  for (const { at, code } of shell)
    for (const call of tandemCalls(code)) wrong.push(...wrongCall(at, call, false))
  return wrong
}

function wrongSpans({ spans }: Page): string[] {
  const calls = spans.filter(({ text }) => /^(npx )?tandem /.test(text))
  return calls.flatMap(({ at, text }) =>
    wrongCall(at, tandemCalls(text.replace(/\s+/g, ' ').replace(/<([\w -]+)>/g, "'<$1>'"))[0] ?? [], true),
  )
}

function wrongCall(at: string, call: readonly string[], isPart: boolean): string[] {
  const wrong = wrongWithCall(program, call, isPart)
  return wrong === undefined ? [] : [`${at}: tandem ${call.join(' ')}: ${wrong}`]
}

describe('run', () => {
  let world: DemoWorld
  let bin: string

  beforeAll(async () => {
    world = await DemoWorld.open()
    bin = path.join(world.folder.path, 'bin')
    await mkdir(bin)
    await buildTandem(bin)
  }, START_MAX_MS)
  afterAll(() => world?.[Symbol.asyncDispose](), PAGE_MAX_MS)

  test.each(pages.filter((page) => shellOf(page).some(isRun)).map((page) => [page.file, page] as const))(
    '%s',
    { timeout: PAGE_MAX_MS },
    async (_, page) => {
      const folder = await world.folderFor(page.file)
      const { code, output } = await runBlocks(shellOf(page).filter(isRun), folder)
      expect(code === 0 ? '' : output.slice(output.lastIndexOf('##### '))).toBe('')
    },
  )

  async function runBlocks(
    blocks: readonly Block[],
    folder: string,
  ): Promise<{ code: number; output: string }> {
    const parts = blocks.map(({ at, code }) => `echo '##### ${at}' >&2\nset -x\n${code}\n{ set +x; } 2>&-\n`)
    const script = path.join(folder, '.page.sh')
    await writeFile(script, world.withPorts(`set -euo pipefail\n${parts.join('')}`))
    const { DATABASE_URL: _url, TANDEM_HOME: _home, ...outer } = process.env
    const shell = spawn('bash', [script], {
      cwd: folder,
      env: { ...outer, ...world.env, HOME: world.folder.path, PATH: `${bin}:${process.env.PATH}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [shell.stdout, shell.stderr])
      stream.on('data', (chunk) => {
        output += chunk
      })
    const code = await new Promise<number>((resolve) => shell.once('close', (status) => resolve(status ?? 1)))
    return { code, output }
  }
})

test('a call that does not exist is found', () => {
  const page = pageOf(
    'docs/x.md',
    '`tandem nonsense`, `tandem promote --stage 10%`, `tandem train --kind <kind>`\n',
  )
  expect(wrongSpans(page)).toEqual([
    'docs/x.md:1: tandem nonsense: "tandem" has no command "nonsense"',
    'docs/x.md:1: tandem promote --stage 10%: "tandem promote" has no option "--stage"',
  ])
  const code =
    'KEY=1 npx tandem promote \\\n  --stages 10% --soak soon | tandem jobs show "$(tandem jobs bad)" # tandem no'
  expect(tandemCalls(code).map((call) => wrongWithCall(program, call, false))).toEqual([
    'option "--soak": expected a duration such as 60s, 5m or 2h',
    undefined,
    '"tandem jobs" has no command "bad"',
  ])
})
