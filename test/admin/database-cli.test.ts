// `tandem db` as a person uses it: real processes, an embedded server of its own, a control plane that comes up on what
// was restored.

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { stopPostgres } from '#db/embedded-postgres/stop-postmaster.ts'
import { RUNNER } from '#platform/launch/fork-program.ts'
import { Process } from '#test/harness/process.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 }) // Processes that make and start clusters.

let folder: TempFolder
let home: string
let file: string

const startControl = async (at: string): Promise<Process> => {
  const env = { TANDEM_HOME: at, TANDEM_PORT: '0', LOG_LEVEL: 'warn' }
  const control = new Process({ entry: 'admin/main.ts', env })
  await control.ready()
  return control
}

const ROOT = path.resolve(import.meta.dirname, '../..')

function tandem(...args: string[]): Promise<{ code: number; output: string }> {
  const { DATABASE_URL: _, ...env } = process.env
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [RUNNER, 'admin/cli/main.ts', ...args],
      { cwd: ROOT, env },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
    )
    child.stdin?.end()
  })
}

beforeAll(async () => {
  folder = await tempFolder('db-cli')
  home = path.join(folder.path, 'home')
  file = path.join(folder.path, 'one.tandem')
  const control = await startControl(home)
  const backup = await tandem('--home', home, 'db', 'backup', file, '--artifacts')
  expect(backup.output).toMatch(/\d+ rows of \d+ tables and [1-9]\d* files/)
  expect(backup.code).toBe(0)
  // The server that the control plane uses was used and left running.
  const restore = await tandem('--home', home, 'db', 'restore', file, '--force', '--yes')
  expect(restore.output).toContain('others are connected to it, expected none; stop the control plane')
  expect(restore.code).toBe(1)
  await control.stop()
})
afterAll(async () => {
  for (const at of [home, path.join(folder.path, 'other')]) await stopPostgres(path.join(at, 'postgres'))
  await folder[Symbol.asyncDispose]()
})

test('a backup is told whole, and one that was cut is not', async () => {
  expect((await tandem('db', 'verify', file)).code).toBe(0)
  const cut = path.join(folder.path, 'cut.tandem')
  await writeFile(cut, (await readFile(file)).subarray(0, -20))
  const answer = await tandem('db', 'verify', cut)
  expect(answer).toMatchObject({ code: 1, output: expect.stringContaining('it ends too early') })
})

test('a control plane comes up on a restored database with its files, on another machine', async () => {
  const other = path.join(folder.path, 'other')
  const answer = await tandem('--home', other, 'db', 'restore', file, '--artifacts')
  expect(answer).toMatchObject({ code: 0, output: expect.stringContaining('rows of') })
  expect(existsSync(path.join(other, 'artifacts', 'sha256'))).toBe(true)
  const control = await startControl(other)
  await control.stop()
})

test('what is there is deleted only after a question, which nobody can answer here', async () => {
  const refused = await tandem('--home', home, 'db', 'restore', file)
  expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('expected an empty one') })
  const unasked = await tandem('--home', home, 'db', 'restore', file, '--force')
  expect(unasked).toMatchObject({ code: 1, output: expect.stringContaining('--yes') })
  const forced = await tandem('--home', home, 'db', 'restore', file, '--force', '--yes')
  expect(forced.code).toBe(0)
})

test('a home without a database has nothing to back up, and gets none', async () => {
  const empty = path.join(folder.path, 'empty')
  const answer = await tandem('--home', empty, 'db', 'backup', path.join(folder.path, 'none.tandem'))
  expect(answer).toMatchObject({ code: 1, output: expect.stringContaining('has none') })
  expect(existsSync(path.join(empty, 'postgres'))).toBe(false)
})
