// `tandem functions dev` as a person has it: a project folder, one command, an editor that breaks the source in every
// way and mends it, and images all the while.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newFunctionProject } from '#admin/client/function-project.ts'
import { ClassifyAnswer } from '#contract/classify.ts'
import { processesWith } from '#test/harness/process-table.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'
import { until } from '#test/harness/until.ts'
import { healthImage } from '#vision/health-image.ts'
import { installHome } from './installed-home.ts'

const TANDEM = path.resolve(import.meta.dirname, '../../../bin/tandem.mjs')
const SAYS_MAX_MS = 20_000

class Dev {
  readonly #child: ChildProcess
  output = ''
  /** What was printed before is not looked at again. */
  #seen = 0

  constructor(folder: string, args: readonly string[]) {
    this.#child = spawn(process.execPath, [TANDEM, 'functions', 'dev', ...args], { cwd: folder })
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk) => {
        this.output += chunk
      })
  }

  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const found = await until(
      `"${pattern.source}" in:\n${this.output}`,
      () => pattern.exec(this.output.slice(this.#seen)) ?? undefined,
      SAYS_MAX_MS,
    ).catch(() => {
      throw new Error(`expected ${pattern} in:\n${this.output}`)
    })
    this.#seen += found.index + found[0].length
    return found
  }

  async interrupt(): Promise<number | null> {
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGINT')
    const [code] = await exited
    return code as number | null
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}

const BROKEN: readonly [string, (good: string) => string, readonly RegExp[]][] = [
  [
    'does not parse',
    (text) => `${text}\nconst x = {\n`,
    [/Cannot bundle "function\.ts": function\.ts:\d+:1: /],
  ],
  ['has no default export', (text) => text.replace('export default app', ''), [/has no default export/]],
  [
    'imports what is not there',
    (text) => `import './lost.ts'\n${text}`,
    [/function\.ts:1:8: Could not resolve/],
  ],
  [
    'throws as it loads',
    (text) => `nobody.knows()\n${text}`,
    [/ReferenceError: nobody is not defined/, /function\.ts:1:1/],
  ],
  [
    'answers nonsense',
    (text) => text.replace('labels,\n    tier,', 'labels: [],\n    tier,'),
    [/is JSON of something else/],
  ],
  [
    'loops',
    (text) => text.replace('const reason =', 'for (;;);\n  const reason ='),
    [/Cannot classify by function/],
  ],
]

// Miniflare is the same engine behind another door: one way to break the source shows that it is held apart as well.
describe.each([
  ['workerd', BROKEN],
  ['miniflare', BROKEN.slice(3, 4)],
])('functions dev in %s', (driver, ways) => {
  let folder: TempFolder
  let source: string
  let good: string
  let dev: Dev
  let url: string
  beforeAll(async () => {
    folder = await tempFolder('dev')
    const home = path.join(folder.path, 'home')
    await installHome(home)
    const project = path.join(folder.path, 'mine')
    await newFunctionProject(project, 'minimal')
    source = path.join(project, 'function.ts')
    good = await readFile(source, 'utf8')
    dev = new Dev(project, ['function.ts', '--home', home, '--port', '0', '--driver', driver])
    url = (await dev.says(/http:\/\/127\.0\.0\.1:\d+/))[0]
  })
  afterAll(async () => {
    dev.kill()
    await folder[Symbol.asyncDispose]()
  })

  const classify = async () => {
    const response = await fetch(`${url}/v1/classify`, { method: 'POST', body: healthImage() })
    return ClassifyAnswer.parse(await response.json())
  }

  test('serves the module with the installed model', async () => {
    expect(await classify()).toMatchObject({ model: 'light', byFallback: false, deployment: 'dev-1' })
  })

  test.each(ways)('keeps the one that works while the source %s', async (_, broken, complaints) => {
    await writeFile(source, broken(good))
    for (const complaint of complaints) await dev.says(complaint)
    await dev.says(/Version 1 serves on/)
    expect(await classify()).toMatchObject({ byFallback: false, deployment: 'dev-1' })
  })

  test('serves the mended source', async () => {
    await writeFile(source, good.replace("router: 'none'", "router: 'mended'"))
    const [, version] = await dev.says(/function\.ts version (\d+) serves\n/)
    const answer = await classify()
    expect(answer).toMatchObject({ decision: { router: 'mended' }, deployment: `dev-${version}` })
  })

  test.runIf(driver === 'workerd')('shows what a request prints', async () => {
    await writeFile(source, good.replace('const reason =', "console.log('seen by', tier)\n  const reason ="))
    await dev.says(/version \d+ serves\n/)
    await classify()
    await dev.says(/seen by local/)
  })

  test('ends at Ctrl-C and leaves no process behind', async () => {
    expect(await dev.interrupt()).toBe(0)
    expect(await processesWith(folder.path)).toEqual([])
  })
})
