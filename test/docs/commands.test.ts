// Every command of README.md and docs/ runs: the blocks of a page in their order, in one shell, in a folder of the page's
// own, against one system that `npm start` began. A block that cannot run here says why in a comment; it still is shell,
// and its calls of `tandem`, like those in the sentences, exist with these options.

import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openProgram } from '#admin/cli/program.ts'
import { DemoWorld } from './demo-world.ts'
import { allPages, type Block, type Page, pageOf } from './markdown.ts'
import { runBlocks } from './run-blocks.ts'
import { tandemCalls } from './shell-words.ts'
import { wrongWithCall } from './wrong-with-call.ts'

// For a busy machine; all of it takes about a minute on a quiet one.
const PAGE_MAX_MS = 300_000
const START_MAX_MS = 400_000

/** The reader begins here; the rest in the order of their names. */
const FIRST = ['README.md', 'docs/tutorial.md']
const place = ({ file }: Page): number => (FIRST.indexOf(file) + 1 || FIRST.length + 1) - 1
const pages = allPages().sort((a, b) => place(a) - place(b))
const shellOf = ({ blocks }: Page): readonly Block[] => blocks.filter(({ language }) => language === 'sh')
const isRun = ({ notRun }: Block): boolean => notRun === undefined

const changesWhatRuns = (page: Page): boolean =>
  shellOf(page).some((block) => isRun(block) && /tandem (promote|rollback|select|train)/.test(block.code))

/** Made of the commands themselves: how each is called, and examples that name what a reader may have. Not run. */
const REFERENCE = 'docs/cli.md'
const COMMAND = /^ *(?:npx|npm|tandem|curl|sudo) \S/m

const program = openProgram()

describe.each(pages.map((page) => [page.file, page] as const))('%s', (_, page) => {
  test('its blocks are shell, and its calls exist', () => {
    const wrong = [...wrongBlocks(page), ...wrongSpans(page)]
    expect(wrong).toEqual([])
  })

  test('its commands stand in blocks that are run', () => {
    const indented = page.prose.split('\n').filter((line) => line.startsWith('    ') && COMMAND.test(line))
    const others = page.blocks.filter(({ language, code }) => language !== 'sh' && COMMAND.test(code))
    expect(indented).toEqual([])
    expect(page.file === REFERENCE ? [] : others.map(({ at }) => at)).toEqual([])
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

  beforeAll(async () => {
    world = await DemoWorld.open()
    const flow = { at: 'npm start', language: 'sh', code: await world.demoFlow(), notRun: undefined }
    const { code, output } = await runBlocks(world, [flow], await world.folderFor('start'))
    if (code !== 0) throw new Error(output)
  }, START_MAX_MS)
  afterAll(() => world?.[Symbol.asyncDispose](), PAGE_MAX_MS)

  const run = async (page: Page) => {
    const { code, output } = await runBlocks(
      world,
      shellOf(page).filter(isRun),
      await world.folderFor(page.file),
    )
    expect(code === 0 ? '' : output).toBe('')
  }
  const told = pages.filter((page) => page.file !== REFERENCE && shellOf(page).some(isRun))

  describe('one after the other, what changes what runs', () => {
    test.each(told.filter(changesWhatRuns).map((page) => [page.file, page] as const))(
      '%s',
      { timeout: PAGE_MAX_MS },
      (_, page) => run(page),
    )
  })

  describe.concurrent('together, the others', () => {
    test.each(told.filter((page) => !changesWhatRuns(page)).map((page) => [page.file, page] as const))(
      '%s',
      { timeout: PAGE_MAX_MS },
      (_, page) => run(page),
    )
  })
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
